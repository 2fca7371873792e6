-- A revision that should have been rolled back and could not be: said once, since the reason stays with it.
create function ai_private.announce_failed_rollback(kind_of text, name text, number bigint, because text)
returns void
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  update ai.revision r set reason = because where r.revision = number;
  insert into ai.event_log (topic, entity, operation, row_key, actor, payload)
  values ('pg_ai.rollback_failed', 'pg_ai', 'rollback_failed', jsonb_build_object(kind_of, name), session_user,
    jsonb_build_object(kind_of, name, 'revision', number, 'reason', because));
$pg_ai$;
comment on function ai_private.announce_failed_rollback(text, text, bigint, text) is 'Records that a rollback failed';
revoke all on function ai_private.announce_failed_rollback(text, text, bigint, text) from public;
grant execute on function ai_private.announce_failed_rollback(text, text, bigint, text) to ai_owner;
