-- The changes of a row with masked fields shown as their mask allows.
create function ai_private.masked_changes(changes jsonb, masks jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when masks is null then changes else coalesce((
    select jsonb_object_agg(c.key, case when masks ? c.key
      then (select jsonb_object_agg(v.key, ai_private.masked(v.value, masks -> c.key)) from jsonb_each(c.value) as v)
      else c.value end)
    from jsonb_each(changes) as c), '{}') end
$pg_ai$;
comment on function ai_private.masked_changes(jsonb, jsonb) is 'Changes of a row with masked fields shown in part';
revoke all on function ai_private.masked_changes(jsonb, jsonb) from public;
grant execute on function ai_private.masked_changes(jsonb, jsonb) to ai_owner;
