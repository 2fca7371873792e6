-- What is other in a revision than in an earlier one: each place that differs, with what stood there and what stands there. Of tables: the declaration as it was
-- read from the comments ("table", "columns"), and the table's own hooks and policies; of actions: the row of ai.meta_actions, and the action's own hooks and policies.
-- Errors: PI101 where there is no such revision. For ai_admin and ai_worker.
create function ai.revision_diff(before bigint, after bigint)
returns table (path text, was jsonb, is_now jsonb)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  documents jsonb[] := '{}';
  number bigint;
  r ai.revision;
begin
  foreach number in array array[before, after] loop
    select x.* into r from ai.revision x where x.revision = number;
    if r.revision is null then
      raise exception using errcode = 'PI101', message = ai_private.message('PI101.number', jsonb_build_object('revision', number)),
        hint = ai_private.message('PI101.number.hint', '{}');
    end if;
    documents := array_append(documents, case jsonb_typeof(r.declaration) when 'object' then r.declaration else jsonb_build_object('comment', r.declaration) end
      || coalesce(r.source - '{comment,columns}'::text[], '{}'));
  end loop;
  return query
  select coalesce(a.path, b.path), a.value, b.value
  from ai_private.leaves(documents[1]) as a
  full join ai_private.leaves(documents[2]) as b on b.path = a.path
  where a.value is distinct from b.value
  order by 1;
end
$pg_ai$;
comment on function ai.revision_diff(bigint, bigint) is 'What differs between two revisions';
revoke all on function ai.revision_diff(bigint, bigint) from public;
grant execute on function ai.revision_diff(bigint, bigint) to ai_admin, ai_worker;
