-- The compiler inside the database, and what runs the JavaScript of hooks and actions. Present only where a JavaScript language is: ai.attach_javascript()
-- creates functions from the stored sources, in plv8 where there is one, else in pljs. ai_private.compile_text compiles, ai_private.run_javascript runs a
-- program with one object (as JSON text) for so many milliseconds, ai_private.prepare_javascript says whether code is code.
create function ai.attach_javascript()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  chosen text;
  source ai_private.javascript;
  definer regprocedure;
  parameter text;
  part text;
begin
  select l.lanname into chosen
  from pg_language l
  where l.lanname in ('plv8', 'pljs')
    -- one that this role may not use is none for it
    and (l.lanpltrusted and has_language_privilege(l.oid, 'usage') or (select r.rolsuper from pg_roles r where r.rolname = current_user))
  order by l.lanname = 'pljs'
  limit 1;
  if chosen is null then
    return 'none';
  end if;
  select j.* into strict source from ai_private.javascript j where j.name = 'compiler';
  -- Evaluating the source costs milliseconds; a global named by its hash keeps it for the session.
  execute format('create or replace function ai_private.compile_text(input text) returns text language %I stable as %L', chosen,
    format(E'if (input === undefined) return null; // called as start_proc\nvar key = %L;\nif (!globalThis[key]) {\n  Object.defineProperty(globalThis, key, { value: (function () {\n%s\nreturn pgAiCompiler; })() });\n}\nreturn globalThis[key].compileText(input);',
      'pg_ai_compiler_' || source.hash, source.source));
  execute 'revoke all on function ai_private.compile_text(text) from public';
  execute 'grant execute on function ai_private.compile_text(text) to ai_owner';
  select j.* into strict source from ai_private.javascript j where j.name = 'runtime';
  foreach part in array array['run_javascript(program text, input text, time_limit integer)', 'prepare_javascript(code text)'] loop
    execute format('create or replace function ai_private.%s returns text language %I volatile as %L', part, chosen,
      format(E'var key = %L;\nif (!globalThis[key]) {\n  Object.defineProperty(globalThis, key, { value: (function () {\n%s\nreturn pgAiRuntime; })() });\n}\nreturn globalThis[key].%s;',
        'pg_ai_runtime_' || source.hash, source.source, case when part like 'run%' then 'run(program, input, time_limit)' else 'prepare(code)' end));
  end loop;
  execute 'revoke all on function ai_private.run_javascript(text, text, integer), ai_private.prepare_javascript(text) from public';
  -- Whoever runs a program runs it with their own rights. Operations do; by hand it does no more than the same text in a DO block.
  execute 'grant execute on function ai_private.run_javascript(text, text, integer) to ai_owner, ai_admin, ai_user';
  execute 'grant execute on function ai_private.prepare_javascript(text) to ai_owner';
  -- Anyone may set a start_proc, and it runs as whoever JavaScript runs as. A superuser's script has set this aside already; any other role may
  -- only do so once the library that knows the parameter is loaded, as it is here. (Which library that is does not follow from the language's name.)
  -- plv8 warns where the name is empty, so it gets one that does nothing: the compiler without an input.
  for definer, parameter in
    select d.signature, s.name
    from unnest(array['ai_private.prepare(oid, boolean)', 'ai_private.prepare_action(text, boolean)', 'ai_private.store_action(text, text, jsonb)', 'ai_private.build_hook(text)', 'ai_private.run_hook(text, bigint, timestamptz)', 'ai_private.on_drop()', 'ai_private.plan_as_owner(integer, jsonb, jsonb)']::regprocedure[]) as d (signature)
    cross join pg_settings s
    where s.name in ('plv8.start_proc', 'pljs.start_proc')
  loop
    execute format('alter function %s set %s = %L', definer, parameter, case parameter when 'plv8.start_proc' then 'ai_private.compile_text' else '' end);
  end loop;
  return chosen;
end
$pg_ai$;
comment on function ai.attach_javascript() is
  'Makes the compiler available inside the database, in plv8 or pljs. Call it after installing such a language. Returns the language, or none.';
revoke all on function ai.attach_javascript() from public;
