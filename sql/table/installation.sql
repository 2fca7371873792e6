-- What uninstalling has to know about how pg_ai came here. One row.
create table ai_private.installation (
  at timestamptz not null default pg_catalog.now(),
  made_by text not null default current_user,
  -- The JavaScript language that installing created, which goes with pg_ai; null where it was there before, or there is none.
  created_language text,
  only_one boolean not null default true,
  constraint installation_pkey primary key (only_one),
  constraint installation_only_one check (only_one)
);
comment on table ai_private.installation is 'How pg_ai came into this database';
insert into ai_private.installation default values;
