-- The code of a program, for the runtime that evaluates it with whatever rights the call has. It is no secret: functions are none either.
create function ai_private.program_code(program text)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select p.code from ai_private.program p where p.name = program
$pg_ai$;
alter function ai_private.program_code(text) owner to ai_owner;
comment on function ai_private.program_code(text) is 'The JavaScript of a hook or an action';
revoke all on function ai_private.program_code(text) from public;
grant execute on function ai_private.program_code(text) to ai_admin, ai_user;
