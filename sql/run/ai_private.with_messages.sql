-- Each error with its message, in the session's language.
create function ai_private.with_messages(errors jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(e.value || jsonb_build_object('message',
    ai_private.message('input.' || (e.value ->> 'code'), (e.value -> 'rule') || jsonb_build_object('field', coalesce(e.value ->> 'field', 'inputs')))
    || case when e.value ? 'hook' then ' ' || ai_private.message('PI100.hook', jsonb_build_object('hook', e.value -> 'hook')) else '' end) order by e.position), '[]')
  from jsonb_array_elements(errors) with ordinality as e (value, position)
$pg_ai$;
comment on function ai_private.with_messages(jsonb) is 'Each error with its message, in the session''s language';
revoke all on function ai_private.with_messages(jsonb) from public;
grant execute on function ai_private.with_messages(jsonb) to ai_owner, ai_admin, ai_user;
