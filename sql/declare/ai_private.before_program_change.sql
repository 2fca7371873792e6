-- What a row of ai.hooks, ai.policies or ai.meta_actions cannot hold is told with what to write instead; the CHECKs of the tables would only say that there is one.
create function ai_private.before_program_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  kind constant text := case tg_table_name when 'hooks' then 'hook' when 'policies' then 'policy' else 'action' end;
  name constant text := coalesce(to_jsonb(new) ->> 'name', to_jsonb(new) ->> 'action_name', '?');
  problems constant jsonb := ai_private.program_problems(kind, name, tg_relid, to_jsonb(new));
begin
  if problems <> '[]' then
    perform ai_private.refuse_program(kind, name, problems);
  end if;
  return new;
end
$pg_ai$;
comment on function ai_private.before_program_change() is 'Refuses what hooks, policies and actions cannot hold';
revoke all on function ai_private.before_program_change() from public;
grant execute on function ai_private.before_program_change() to ai_owner, ai_admin;
