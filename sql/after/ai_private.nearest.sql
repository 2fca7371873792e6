-- The candidate nearest to what was written, when one is near enough to be meant: the same rule as the compiler's (src/compiler/diagnostic.ts).
create function ai_private.nearest(written text, candidates text[])
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  a constant text := lower(left(written, 100));
  most constant integer := greatest(1, length(a) / 3);
  candidate text;
  b text;
  before_previous integer[];
  previous integer[];
  current integer[];
  best integer;
  found text;
  distance integer := most + 1;
begin
  foreach candidate in array candidates loop
    b := lower(left(candidate, 100));
    continue when abs(length(a) - length(b)) > most;
    previous := array(select generate_series(0, length(b)));
    for i in 1 .. length(a) loop
      current := array[i];
      for j in 1 .. length(b) loop
        best := least(previous[j] + (substr(a, i, 1) <> substr(b, j, 1))::integer, previous[j + 1] + 1, current[j] + 1);
        -- a swap of neighbours counts once
        if i > 1 and j > 1 and substr(a, i, 1) = substr(b, j - 1, 1) and substr(a, i - 1, 1) = substr(b, j, 1) then
          best := least(best, before_previous[j - 1] + 1);
        end if;
        current := current || best;
      end loop;
      before_previous := previous;
      previous := current;
    end loop;
    if previous[length(b) + 1] < distance or (previous[length(b) + 1] = distance and distance <= most and candidate collate "C" < found collate "C") then
      distance := previous[length(b) + 1];
      found := candidate;
    end if;
  end loop;
  return found;
end
$pg_ai$;
comment on function ai_private.nearest(text, text[]) is 'Which of the candidates was probably meant';
revoke all on function ai_private.nearest(text, text[]) from public;
grant execute on function ai_private.nearest(text, text[]) to ai_owner, ai_admin, ai_worker;
