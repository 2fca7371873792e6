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
-- compiling the one large query takes seconds, and running it compiled saves next to nothing
set jit = off
as $pg_ai$
#variable_conflict use_column
declare
  here constant text := (select c.system_identifier::text from pg_control_system() as c);
  s ai.audit_seal;
  previous ai.audit_seal;
  horizon xid8;
  row_id bigint;
  row_problem text;
begin
  select count(*) into checked_rows from ai.audit_log;
  select count(*) into sealed_rows from ai.audit_leaf;

  -- The seals themselves: none missing, each chained to the one before, the anchor among them.
  for s in select x.* from ai.audit_seal x order by x.seal loop
    problem := case
      when s.seal <> coalesce(previous.seal, 0) + 1 then format('seal %s is missing', coalesce(previous.seal, 0) + 1)
      when s.keyed and secret is null then null
      -- What a keyed seal follows it covers; nothing covers the last ones.
      when secret is not null and not s.keyed and not exists (select from ai.audit_seal x where x.seal > s.seal and x.keyed) then
        format('seal %s was made without the secret', s.seal)
      when s.root <> ai_private.seal_root(s, previous.root, case when s.keyed then secret end) then
        format('seal %s, or a digest that it covers, was altered%s', s.seal, case when s.keyed then ', or the secret is not the one it was made with' else '' end)
    end;
    if problem is not null then
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
  select bad.id, bad.problem into row_id, row_problem
  from (
    -- Full joins, so that every row of each of the three is looked at once, whatever the planner thinks of their sizes.
    select coalesce(a.id, l.audit_id, e.audit_id) as id, case
      when l.audit_id is not null and a.id is null then
        (case when not exists (select from ai.audit_seal x join ai.audit_retention r on r.month = x.month where x.seal = l.seal) then 'deleted' end)
      when l.audit_id is not null then (case when ai_private.audit_digest(a) <> l.digest then 'altered' end)
      when a.id is null then
        (case when not exists (select from ai.audit_retention r where r.month = date_trunc('month', e.at, 'UTC')) then 'deleted (its event is still there)' end)
      -- Not sealed yet: it must be new, and the event of the same mutation must agree.
      when a.transaction < horizon then 'inserted after everything of its time was sealed'
      when e.audit_id is null then 'inserted without a mutation (no event belongs to it)'
      when (e.entity, e.operation, e.row_key, e.actor, e.payload, e.transaction, e.at)
        is distinct from (a.relation, a.operation, a.row_key, a.actor, coalesce(a.new_row, a.old_row), a.transaction, a.at)
        then 'altered (its event says otherwise)'
    end as problem
    from ai.audit_log a
    full join ai.audit_leaf l on l.audit_id = a.id
    full join (select v.* from ai.event_log v where v.audit_id is not null) e on e.audit_id = coalesce(a.id, l.audit_id)
  ) as bad
  where bad.problem is not null
  order by bad.id
  limit 1;
  if row_problem is not null then
    -- A row says more than the seal that covers it.
    first_bad := row_id;
    problem := row_problem;
  end if;
  ok := problem is null;
  return next;
end
$pg_ai$;
alter function ai.verify_audit(text, text) owner to ai_owner;
comment on function ai.verify_audit(text, text) is 'Whether the audit trail is as it was written; names the first bad row';
revoke all on function ai.verify_audit(text, text) from public;
grant execute on function ai.verify_audit(text, text) to ai_admin, ai_worker;
