-- Seals the audit rows that are committed and not sealed yet. Call it often (each minute, say): what is not sealed is only held against the event log.
-- secret: a key that is kept outside the database; the same for all seals. Keep the root that is returned outside too: it is the anchor by which
-- ai.verify_audit notices that seals were cut off at the end. Returns the last seal. Callable by ai_admin and ai_worker.
create function ai.seal_audit(secret text default null)
returns table (seal bigint, sealed_rows bigint, root text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  batch constant integer := 5000;
  here constant text := (select c.system_identifier::text from pg_control_system() as c);
  -- Below this no transaction is running any more: what is committed there is all that ever will be.
  frontier xid8;
  -- A visible row from a transaction that has not begun here came with a dump from another cluster.
  future xid8;
  last ai.audit_seal;
  next ai.audit_seal;
  part record;
  total bigint := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('pg_ai.seal', 0));
  -- Only now: while this call waited, the one before it went on, and a horizon must not go back.
  frontier := pg_snapshot_xmin(pg_current_snapshot());
  future := pg_snapshot_xmax(pg_current_snapshot());
  select s.* into last from ai.audit_seal s order by s.seal desc limit 1;
  next.cluster := here;
  next.keyed := secret is not null;
  next.horizon := case when last.cluster = here then last.horizon else '0'::xid8 end;
  -- One search for all rows, whatever their number: batches of one month each.
  for part in
    select o.month, min(o.at) as first, max(o.at) as last, array_agg(o.id) as ids, row_number() over (order by o.month, o.number) = count(*) over () as is_last
    from (
      select x.id, x.at, x.month, (row_number() over (partition by x.month order by x.id) - 1) / batch as number
      from (
        select a.id, a.at, date_trunc('month', a.at, 'UTC') as month
        from ai.audit_log a
        where (a.transaction::text::bigint >= next.horizon::text::bigint and a.transaction < frontier or a.transaction::text::bigint >= future::text::bigint)
          and not exists (select from ai.audit_leaf l where l.audit_id = a.id)
      ) as x
    ) as o
    group by o.month, o.number
    order by o.month, o.number
  loop
    next.seal := coalesce(last.seal, 0) + 1;
    next.month := part.month;
    insert into ai.audit_leaf (audit_id, seal, digest)
    select a.id, next.seal, ai_private.audit_digest(a)
    from ai.audit_log a
    where a.id = any (part.ids) and a.at between part.first and part.last;
    get diagnostics next.row_count = row_count;
    next.at := clock_timestamp();
    total := total + next.row_count;
    if part.is_last then
      -- Nothing is left below the frontier; only then may a seal say so.
      next.horizon := frontier;
    end if;
    next.root := ai_private.seal_root(next, last.root, secret);
    insert into ai.audit_seal select next.*;
    last := next;
  end loop;
  if last.seal is not null then
    return query select last.seal, total, encode(last.root, 'hex');
  end if;
end
$pg_ai$;
alter function ai.seal_audit(text) owner to ai_owner;
comment on function ai.seal_audit(text) is 'Seals new audit rows; keep the secret, and the root that is returned, outside the database';
revoke all on function ai.seal_audit(text) from public;
grant execute on function ai.seal_audit(text) to ai_admin, ai_worker;
