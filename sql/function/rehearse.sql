-- Runs an operation and takes it back: what it would answer, audit and emit. "lasting" is what happens all the same, since no sequence goes back.
-- Called by generated functions when options.dry_run is true; deferred constraints are checked too.
create function ai_private.rehearse(function_name text, inputs jsonb, options jsonb, lasting jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  -- the id before the first that the rehearsal can write
  before constant bigint := ai_private.last_audit_id();
  report text;
begin
  declare
    answer jsonb;
  begin
    execute format('select ai_gen.%I($1, $2)', function_name) into answer using inputs, options;
    set constraints all immediate;
    raise exception using errcode = 'PI199', message = jsonb_build_object(
      'dry_run', true, 'result', answer, 'audit', ai_private.written_audit(before), 'events', ai_private.written_events(before), 'side_effects', ai_private.side_effects(lasting, inputs))::text;
  exception when sqlstate 'PI199' then
    report := sqlerrm;
  end;
  return report::jsonb;
end
$pg_ai$;
comment on function ai_private.rehearse(text, jsonb, jsonb, jsonb) is 'Runs an operation without keeping its effect';

create function ai_private.last_audit_id()
returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when s.is_called then s.last_value else s.last_value - 1 end from ai.audit_id as s
$pg_ai$;
alter function ai_private.last_audit_id() owner to ai_owner;
comment on function ai_private.last_audit_id() is 'The newest id of the audit trail, committed or not';

-- The audit rows that this transaction itself has written, for a rehearsal to show. Nobody sees another's rows this way.
create function ai_private.written_audit(after_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('relation', a.relation, 'operation', a.operation, 'row_key', a.row_key, 'actor', a.actor))
      || jsonb_build_object('old_row', a.old_row, 'new_row', a.new_row) order by a.id), '[]')
  from ai.audit_log a
  where a.id > after_id and a.at = now() and a.transaction = pg_current_xact_id_if_assigned()
$pg_ai$;
alter function ai_private.written_audit(bigint) owner to ai_owner;
comment on function ai_private.written_audit(bigint) is 'Audit rows of the current transaction';

create function ai_private.written_events(after_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_build_object('topic', e.topic, 'row_key', e.row_key, 'payload', e.payload) order by e.id), '[]')
  from ai.event_log e
  where e.audit_id > after_id and e.at = now() and e.transaction = pg_current_xact_id_if_assigned()
$pg_ai$;
alter function ai_private.written_events(bigint) owner to ai_owner;
comment on function ai_private.written_events(bigint) is 'Events of the current transaction';

-- Of what an operation may do that lasts, what it does for these inputs: the sequence of a default does not advance where the input is given.
create function ai_private.side_effects(lasting jsonb, inputs jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(l.value -> 'effect' order by l.position), '[]')
  from jsonb_array_elements(lasting) with ordinality as l (value, position)
  where not l.value ? 'unless'
    or exists (
      select from jsonb_array_elements(case when jsonb_typeof(inputs) = 'array' then inputs else jsonb_build_array(inputs) end) as i (value)
      where not i.value ? (l.value ->> 'unless')
    )
$pg_ai$;
comment on function ai_private.side_effects(jsonb, jsonb) is 'What lasts of a call that is taken back';
