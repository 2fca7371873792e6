-- What only the server can judge: regular expressions, default values, names of roles.
create function ai_private.failed_probes(probes jsonb, refused boolean)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  probe jsonb;
  failed jsonb := '[]';
  hint text;
begin
  for probe in select p from jsonb_array_elements(probes) as p loop
    begin
      execute probe ->> 'sql';
    exception when others then
      -- For what is refused anyway, nothing has been granted to ai_owner.
      continue when refused and sqlstate = '42501';
      get stacked diagnostics hint = pg_exception_hint;
      failed := failed || jsonb_strip_nulls(jsonb_build_object('severity', coalesce(probe ->> 'severity', 'error'), 'path', probe ->> 'path',
        'reason', (probe ->> 'reason') || ' (' || sqlerrm || ')',
        -- a hint that comes with a missing right is the GRANT: see ai_private.check_statement
        'suggestion', case
          when hint <> '' and (probe ? 'about' or sqlstate = '42501') then hint
          when probe -> 'about' ? sqlstate is not false then probe ->> 'suggestion'
        end));
    end;
  end loop;
  return failed;
end
$pg_ai$;
comment on function ai_private.failed_probes(jsonb, boolean) is 'What only the server can judge';
revoke all on function ai_private.failed_probes(jsonb, boolean) from public;
grant execute on function ai_private.failed_probes(jsonb, boolean) to ai_owner;
