-- Each policy with its outcome: passed, failed, or not reached because something before it failed. "told" is the DETAIL of what refused the call.
create function ai_private.policy_outcomes(plan jsonb, state text, told jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(p.value || jsonb_build_object('outcome', case
      when p.value ->> 'policy' = told ->> 'policy' and state like 'PI2%' then 'failed'
      when state is null then 'passed'
      -- gate, inputs, call, row, limit: what comes later was not reached
      when strpos('gate call row limit', p.value ->> 'stage') < case
        when state like 'PI2%' then strpos('gate call row limit', told ->> 'stage')
        when state in ('PI100', 'PI102') then strpos('gate call row limit', 'call')
        else strpos('gate call row limit', 'limit')
      end then 'passed'
      else 'not reached'
    end) order by p.position), '[]')
  from jsonb_array_elements(plan -> 'policies') with ordinality as p (value, position)
$pg_ai$;
comment on function ai_private.policy_outcomes(jsonb, text, jsonb) is 'Policies of an operation with their outcome in one call';
revoke all on function ai_private.policy_outcomes(jsonb, text, jsonb) from public;
grant execute on function ai_private.policy_outcomes(jsonb, text, jsonb) to ai_owner, ai_admin, ai_user;
