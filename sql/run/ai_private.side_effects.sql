-- Of what an operation may do that lasts, what it does for these inputs: the sequence of a default does not advance where the input is given.
create function ai_private.side_effects(lasting jsonb, inputs jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(l.value -> 'effect' order by l.position), '[]')
  from jsonb_array_elements(lasting) with ordinality as l (value, position)
  where not l.value ? 'unless'
    or exists (
      select from jsonb_array_elements(case when jsonb_typeof(inputs) = 'array' then inputs else jsonb_build_array(inputs) end) as i (value)
      where not i.value ? (l.value ->> 'unless')
    )
$pg_ai$;
comment on function ai_private.side_effects(jsonb, jsonb) is 'What lasts of a call that is taken back';
revoke all on function ai_private.side_effects(jsonb, jsonb) from public;
grant execute on function ai_private.side_effects(jsonb, jsonb) to ai_owner, ai_admin, ai_user;
