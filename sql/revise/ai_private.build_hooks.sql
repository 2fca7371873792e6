-- Makes the functions of hooks that were written without taking effect, and removes those of hooks that are gone. Raises PI007 for the first that
-- cannot be made any more.
create function ai_private.build_hooks(names text[])
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  name text;
  problems jsonb;
begin
  foreach name in array names loop
    select ai_private.build_hook(name) into problems;
    if ai_private.has_errors(problems) then
      perform ai_private.refuse_program('hook', name, problems);
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.build_hooks(text[]) is 'Makes the functions of some hooks';
revoke all on function ai_private.build_hooks(text[]) from public;
grant execute on function ai_private.build_hooks(text[]) to ai_owner, ai_admin;
