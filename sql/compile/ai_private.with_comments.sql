-- A table's snapshot as it would be with other comments. Columns that are gone are left out.
create function ai_private.with_comments(snapshot jsonb, comments jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select snapshot || jsonb_build_object(
    'comment', comments -> 'comment',
    'columns', (
      select jsonb_agg(case
          when comments -> 'columns' ? (c.value ->> 'name') then c.value || jsonb_build_object('comment', comments -> 'columns' -> (c.value ->> 'name'))
          when ai_private.may_hold_rules(c.value ->> 'comment') then c.value - 'comment'
          else c.value
        end order by c.position)
      from jsonb_array_elements(snapshot -> 'columns') with ordinality as c (value, position)
    ))
$pg_ai$;
comment on function ai_private.with_comments(jsonb, jsonb) is 'A table''s snapshot with other comments';
revoke all on function ai_private.with_comments(jsonb, jsonb) from public;
grant execute on function ai_private.with_comments(jsonb, jsonb) to ai_owner, ai_worker;
