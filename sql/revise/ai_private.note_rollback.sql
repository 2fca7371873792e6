-- The same for ai.rollback, which runs with the rights of whoever calls it, and alone may say this.
create function ai_private.note_rollback(kind_of text, name text, from_revision bigint, to_revision bigint)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by(stack, 'ai_private.rollback(') then
    raise exception using errcode = '42501', message = 'ai_private.note_rollback is called by ai.rollback only';
  end if;
  return ai_private.announce_rollback(kind_of, name, from_revision, to_revision,
    format('rolled back by %s from revision %s to %s', session_user, from_revision, to_revision), null);
end
$pg_ai$;
alter function ai_private.note_rollback(text, text, bigint, bigint) owner to ai_owner;
comment on function ai_private.note_rollback(text, text, bigint, bigint) is 'Records what ai.rollback has done';
revoke all on function ai_private.note_rollback(text, text, bigint, bigint) from public;
grant execute on function ai_private.note_rollback(text, text, bigint, bigint) to ai_admin;
