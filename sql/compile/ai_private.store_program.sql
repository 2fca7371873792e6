-- Keeps JavaScript as a program, after the engine has found that it is JavaScript. Returns problems: no language for it here, or where the code is wrong.
-- Called by what registers hooks and actions, as ai_owner with start_proc pinned.
create function ai_private.store_program(program text, code text, path text, part text default 'code')
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  prepared text;
  detail text;
  place text;
  line integer;
begin
  if to_regprocedure('ai_private.prepare_javascript(text)') is null then
    return ai_private.missing_javascript(path);
  end if;
  begin
    -- "select … into", never an expression: plv8 issue 606
    select ai_private.prepare_javascript(code) into prepared;
  exception when others then
    get stacked diagnostics detail = pg_exception_detail, place = pg_exception_context;
    -- plv8 tells the mistake in its message and counts lines from 0, pljs in DETAIL and from 1
    line := coalesce(substring(place from 'LINE ([0-9]+)')::integer + 1, substring(detail from '<input>:([0-9]+)')::integer);
    return jsonb_build_array(jsonb_build_object('severity', 'error', 'path', format('%s: %s%s', path, part, ', line ' || line),
      'reason', case when sqlerrm = 'execution error' then split_part(detail, E'\n', 1) else sqlerrm end,
      'suggestion', 'write the body of a JavaScript function (ctx) that returns null or an object'));
  end;
  insert into ai_private.program as p (name, code) values (program, prepared)
  on conflict (name) do update set code = excluded.code where p.code <> excluded.code;
  return '[]';
end
$pg_ai$;
comment on function ai_private.store_program(text, text, text, text) is 'Keeps JavaScript as a program that can be run';
revoke all on function ai_private.store_program(text, text, text, text) from public;
grant execute on function ai_private.store_program(text, text, text, text) to ai_owner;
