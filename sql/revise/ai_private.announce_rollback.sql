-- What is to be known of a rollback: in the history, and as an event for whoever subscribes to pg_ai.rolled_back.
create function ai_private.announce_rollback(kind_of text, name text, from_revision bigint, to_revision bigint, because text, figures jsonb)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  made bigint;
begin
  update ai.revision r set instead_of = from_revision, reason = because
  where r.revision = (select max(x.revision) from ai.revision x where x.kind = kind_of and x.qualified_name = name) and r.revision > from_revision
  returning r.revision into made;
  insert into ai.event_log (topic, entity, operation, row_key, actor, payload)
  values ('pg_ai.rolled_back', 'pg_ai', 'rolled_back', jsonb_build_object(kind_of, name),
    coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user),
    jsonb_build_object(kind_of, name, 'from_revision', from_revision, 'to_revision', to_revision, 'revision', made, 'reason', because) || coalesce(figures, '{}'));
  return made;
end
$pg_ai$;
comment on function ai_private.announce_rollback(text, text, bigint, bigint, text, jsonb) is 'Records a rollback and writes its event';
revoke all on function ai_private.announce_rollback(text, text, bigint, bigint, text, jsonb) from public;
grant execute on function ai_private.announce_rollback(text, text, bigint, bigint, text, jsonb) to ai_owner;
