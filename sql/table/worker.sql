-- Workers that run, each with the lease on the jobs that it has locked. One that has not renewed it in time is taken for dead: another one deletes
-- its row and frees its jobs, and should it be alive after all, it sees by the missing row that it has lost them.
create table ai_private.worker (
  -- by this name graphile-worker locks jobs
  pool text not null,
  started_at timestamptz not null default pg_catalog.clock_timestamp(),
  renewed_at timestamptz not null default pg_catalog.clock_timestamp(),
  lease interval not null,
  version text not null,
  host text,
  pid integer,
  constraint worker_pkey primary key (pool)
) with (fillfactor = 50);
comment on table ai_private.worker is 'Workers that run, and until when their jobs are theirs';

grant select, insert, update, delete on ai_private.worker to ai_worker;
grant select on ai_private.worker to ai_owner, ai_admin;
