-- Raises PI310, or the SQLSTATE of the first precondition that has one: all preconditions that do not hold, by their numbers in "conditions". Steps raise
-- PI311 (an assertion does not hold) and PI312 (no such row) by it.
create function ai_private.refuse_conditions(name text, broken integer[], conditions jsonb, shown jsonb, error_code text default 'PI310')
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  errors jsonb;
begin
  select jsonb_agg(jsonb_strip_nulls((c - '{name,message}'::text[]) || jsonb_build_object('check', c -> 'name',
    'message', ai_private.own_message(c -> 'message', coalesce(c ->> 'name', c ->> 'expression'), shown))) order by position)
  into errors
  from unnest(broken) with ordinality as b (number, position)
  cross join lateral (select conditions -> (b.number - 1)) as x (c);
  raise exception using
    errcode = coalesce((select e ->> 'sqlstate' from jsonb_array_elements(errors) as e where e ? 'sqlstate' limit 1), error_code),
    message = ai_private.message(error_code, jsonb_build_object('action', name, 'errors', (select string_agg(e ->> 'message', '; ') from jsonb_array_elements(errors) as e))),
    detail = jsonb_build_object('action', name, 'errors', errors)::text;
end
$pg_ai$;
comment on function ai_private.refuse_conditions(text, integer[], jsonb, jsonb, text) is 'Raises PI310 with all preconditions that do not hold; PI311, PI312';
revoke all on function ai_private.refuse_conditions(text, integer[], jsonb, jsonb, text) from public;
grant execute on function ai_private.refuse_conditions(text, integer[], jsonb, jsonb, text) to ai_owner, ai_admin, ai_user;
