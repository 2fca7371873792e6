-- Words that ai.hooks and ai.policies do not know are told with those that they know; the CHECKs of the tables would only say that there is one.
create function ai_private.before_program_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  kind constant text := case tg_table_name when 'hooks' then 'hook' else 'policy' end;
  problems jsonb;
begin
  select jsonb_agg(jsonb_build_object('severity', 'error', 'path', format('%s %s: %s', kind, new.name, w.field),
    'reason', format('%s is not known', to_json(w.value)), 'suggestion', ai_private.suggestion(w.value, w.known)))
  into problems
  from (values
    ('operation', '{create,update,delete,upsert,fetch}'::text[], to_jsonb(new) ->> 'operation'),
    ('kind', '{access,rate_limit,input,data,limit}', to_jsonb(new) ->> 'kind'),
    ('phase', '{pre,post,post_commit,on_error}', to_jsonb(new) ->> 'phase'),
    ('language', '{sql,plpgsql,javascript}', to_jsonb(new) ->> 'language')
  ) as w (field, known, value)
  where w.value <> all (w.known);
  if problems is not null then
    perform ai_private.refuse_program(kind, new.name, problems);
  end if;
  return new;
end
$pg_ai$;
comment on function ai_private.before_program_change() is 'Refuses words that hooks and policies do not know';
revoke all on function ai_private.before_program_change() from public;
grant execute on function ai_private.before_program_change() to ai_owner, ai_admin;
