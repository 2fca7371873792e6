-- Checks the audit trail against its seals, and what is not sealed yet against the event log. Returns one row; ok is false when anything does not
-- fit, and then first_bad is the first bad audit row (or seal) and problem says what is wrong with it.
-- secret: the one the seals were made with; without it keyed roots cannot be checked, and the answer says so in "unchecked".
-- anchor: a root that was kept from an earlier ai.seal_audit; it must still be there, so that cutting off the newest seals is noticed.
-- Callable by ai_admin and ai_worker.
create function ai.verify_audit(secret text default null, anchor text default null)
returns table (ok boolean, checked_rows bigint, sealed_rows bigint, first_bad bigint, problem text, unchecked text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  here constant text := (select c.system_identifier::text from pg_control_system() as c);
  s ai.audit_seal;
  previous ai.audit_seal;
  horizon xid8;
begin
  select count(*) into checked_rows from ai.audit_log;
  select count(*) into sealed_rows from ai.audit_leaf;

  -- The seals themselves: none missing, each chained to the one before, the anchor among them.
  for s in select x.* from ai.audit_seal x order by x.seal loop
    problem := case
      when s.seal <> coalesce(previous.seal, 0) + 1 then format('seal %s is missing', coalesce(previous.seal, 0) + 1)
      when s.keyed and secret is null then null
      when s.root <> ai_private.seal_root(s, previous.root, case when s.keyed then secret end) then
        format('seal %s, or a digest that it covers, was altered%s', s.seal, case when s.keyed then ', or the secret is not the one it was made with' else '' end)
    end;
    if problem is not null then
      ok := false;
      -- An altered row below is a better answer than an altered seal, unless its digest was altered with it.
      exit;
    end if;
    if s.keyed and secret is null then
      unchecked := 'keyed seals: give the secret';
    end if;
    previous := s;
  end loop;
  if problem is null and anchor is not null and not exists (select from ai.audit_seal x where encode(x.root, 'hex') = lower(anchor)) then
    problem := 'the seal that the anchor names is gone: the trail was cut off or rebuilt';
  end if;

  -- The rows: altered, deleted, or slipped in where everything is sealed.
  select x.horizon into horizon from ai.audit_seal x where x.cluster = here order by x.seal desc limit 1;
  select bad.id, bad.problem into first_bad, problem
  from (
    (
      select l.audit_id as id, case when a.id is null then 'deleted' else 'altered' end as problem
      from ai.audit_leaf l
      join ai.audit_seal x on x.seal = l.seal
      left join ai.audit_log a on a.id = l.audit_id
      where (a.id is null and not exists (select from ai.audit_retention r where r.month = x.month))
        or ai_private.audit_digest(a) <> l.digest
      order by l.audit_id
      limit 1
    )
    union all
    (
      select a.id, 'inserted after everything of its time was sealed'
      from ai.audit_log a
      where a.transaction < horizon and not exists (select from ai.audit_leaf l where l.audit_id = a.id)
      order by a.id
      limit 1
    )
    union all
    (
      -- Not sealed yet: the event of the same mutation must agree.
      select a.id, case when e.id is null then 'inserted without a mutation (no event belongs to it)' else 'altered (its event says otherwise)' end
      from ai.audit_log a
      left join ai.event_log e on e.audit_id = a.id
      where not exists (select from ai.audit_leaf l where l.audit_id = a.id)
        and (e.id is null or (e.entity, e.operation, e.row_key, e.actor, e.payload, e.transaction, e.at)
             is distinct from (a.relation, a.operation, a.row_key, a.actor, coalesce(a.new_row, a.old_row), a.transaction, a.at))
      order by a.id
      limit 1
    )
    union all
    (
      select e.audit_id, 'deleted (its event is still there)'
      from ai.event_log e
      where e.audit_id is not null
        and not exists (select from ai.audit_log a where a.id = e.audit_id)
        and not exists (select from ai.audit_retention r where r.month = date_trunc('month', e.at, 'UTC'))
      order by e.audit_id
      limit 1
    )
    union all
    select null, problem where problem is not null
  ) as bad
  order by bad.id nulls last
  limit 1;
  ok := problem is null;
  return next;
end
$pg_ai$;
alter function ai.verify_audit(text, text) owner to ai_owner;
comment on function ai.verify_audit(text, text) is 'Whether the audit trail is as it was written; names the first bad row';
revoke all on function ai.verify_audit(text, text) from public;
grant execute on function ai.verify_audit(text, text) to ai_admin, ai_worker;
