-- What a row of ai.hooks is made of in ai_gen: the function of its code, _hook_<name>, and the one that judges its condition, _when_<name>. They
-- are put in place of those that are there; what the row has no use for goes. JavaScript becomes a program for ai_private.run_javascript. Creating runs
-- nothing of the code.
-- Returns problems as the compiler does. Executable by who may write ai.hooks: it does what the row says, so nobody gains by calling it.
create function ai_private.build_hook(hook_name text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  h ai.hooks;
  code_name constant text := '_hook_' || hook_name;
  condition_name constant text := '_when_' || hook_name;
  problems jsonb := '[]';
  problem jsonb;
  f record;
begin
  perform ai_private.lock_compiler();
  select x.* into h from ai.hooks x where x.name = hook_name;
  for f in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace
      and (p.proname = code_name and (h.code is null or h.language = 'javascript') or p.proname = condition_name and (h.condition is null or h.phase = 'post_commit'))
  loop
    execute format('drop function %s', f.signature);
  end loop;
  if h.condition is not null and h.phase = 'post_commit' then
    -- Judged by the relay: the filter of a subscription.
    problem := ai_private.filter_problem(ai_private.quoted_row(h.condition));
    if problem is not null then
      problems := problems || (jsonb_build_object('severity', 'error', 'path', format('hook %s: condition', hook_name)) || problem);
    end if;
  elsif h.condition is not null then
    begin
      execute format('create or replace function ai_gen.%I(inputs jsonb, "row" jsonb, "old" jsonb, actor text, operation text) returns boolean language sql volatile as %L',
        condition_name, E'\n  select (' || ai_private.quoted_row(h.condition) || E'\n  )\n');
      execute format('revoke all on function ai_gen.%I(jsonb, jsonb, jsonb, text, text) from public', condition_name);
    exception when syntax_error_or_access_rule_violation or data_exception or feature_not_supported then
      problems := problems || jsonb_build_object('severity', 'error', 'path', format('hook %s: condition', hook_name), 'reason', sqlerrm,
        'suggestion', 'write SQL that is true or false, over inputs, row and old (jsonb), actor and operation (text)');
    end;
  end if;
  delete from ai_private.program p where p.name like format('hook.%s.%%', replace(hook_name, '_', '!_')) escape '!';
  if h.language = 'javascript' then
    problems := problems || ai_private.store_program(format('hook.%s.%s', hook_name, md5(h.code)), h.code, format('hook %s', hook_name));
  elsif h.code is not null then
    begin
      execute format('create or replace function ai_gen.%I(ctx jsonb) returns jsonb language %I volatile as %L', code_name, h.language, h.code);
      execute format('revoke all on function ai_gen.%I(jsonb) from public', code_name);
    exception when syntax_error_or_access_rule_violation or data_exception or feature_not_supported then
      problems := problems || jsonb_build_object('severity', 'error', 'path', format('hook %s: code', hook_name), 'reason', sqlerrm,
        'suggestion', format('write the body of a %s function (ctx jsonb) that returns jsonb', h.language));
    end;
  end if;
  return problems;
end
$pg_ai$;
alter function ai_private.build_hook(text) owner to ai_owner;
comment on function ai_private.build_hook(text) is 'Creates the functions that a hook is made of';
revoke all on function ai_private.build_hook(text) from public;
grant execute on function ai_private.build_hook(text) to ai_admin;
