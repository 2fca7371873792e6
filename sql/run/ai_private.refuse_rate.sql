-- Raises PI210: too many calls. "seconds": when to try again.
create function ai_private.refuse_rate(table_name text, operation text, policy text, told text, seconds double precision, message text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  parameters constant jsonb := jsonb_build_object('table', table_name, 'operation', operation, 'policy', policy, 'limit', told,
    'retry_after', round(greatest(coalesce(seconds, 0), 0)::numeric, 3));
begin
  raise exception using
    errcode = 'PI210',
    message = coalesce(message, ai_private.message(case operation when 'action' then 'PI210.action' else 'PI210' end, parameters)),
    detail = ((parameters - '{table,operation}'::text[]) || ai_private.subject(table_name, operation) || '{"stage": "gate"}')::text,
    hint = ai_private.message('PI210.hint', jsonb_build_object('seconds', ceil(greatest(coalesce(seconds, 0), 0))));
end
$pg_ai$;
comment on function ai_private.refuse_rate(text, text, text, text, double precision, text) is 'Raises PI210: too many calls';
revoke all on function ai_private.refuse_rate(text, text, text, text, double precision, text) from public;
grant execute on function ai_private.refuse_rate(text, text, text, text, double precision, text) to ai_owner;
