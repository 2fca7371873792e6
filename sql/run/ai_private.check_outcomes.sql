-- Each check with its outcome: passed, failed, or not reached because something before it failed.
create function ai_private.check_outcomes(plan jsonb, refused jsonb, broken text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(c.value || jsonb_build_object('outcome', case
      when refused is null then 'passed'
      when refused ->> 'sqlstate' <> 'PI100' then 'passed'
      when exists (
        select from jsonb_array_elements(refused -> 'errors') as e
        where (e ->> 'field' is not distinct from c.value ->> 'field' or c.value ->> 'field' is null)
          and (e ->> 'code' = c.value ->> 'code' or c.value ->> 'code' = 'type' and e ->> 'code' in ('enum', 'range') and not c.value ? 'constraint')
          and (e #>> '{rule,constraint}' is not distinct from c.value #>> '{rule,constraint}' or c.value #>> '{rule,constraint}' is null)
      ) then 'failed'
      when exists (
        select from jsonb_array_elements(refused -> 'errors') as e
        where e ->> 'field' = c.value ->> 'field' and e ->> 'code' in ('required', 'notNull', 'type')
      ) then 'not reached'
      else 'passed'
    end) order by c.position), '[]')
    || coalesce((
      select jsonb_agg(jsonb_build_object('field', k.value #>> '{fields,0}', 'code', k.value ->> 'kind', 'rule', jsonb_build_object('constraint', k.value ->> 'constraint', 'fields', k.value -> 'fields'),
        'outcome', case when refused is null then 'passed' when k.value ->> 'constraint' = broken then 'failed' else 'not reached' end) order by k.position)
      from jsonb_array_elements(plan -> 'constraints') with ordinality as k (value, position)), '[]')
  from jsonb_array_elements(plan -> 'checks') with ordinality as c (value, position)
$pg_ai$;
comment on function ai_private.check_outcomes(jsonb, jsonb, text) is 'Checks of an operation with their outcome in one call';
revoke all on function ai_private.check_outcomes(jsonb, jsonb, text) from public;
grant execute on function ai_private.check_outcomes(jsonb, jsonb, text) to ai_owner, ai_admin, ai_user;
