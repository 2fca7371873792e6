-- The router: from an operation's number to its function without dynamic SQL, in time that does not grow with the number of tables.
-- ai_gen.route chooses a leaf by halving, the leaf (up to 64 operations) chooses the function the same way. Only what a call visits is planned,
-- so a new connection pays for one path, and a changed table rewrites one leaf.
-- A leaf makes sure of the number: the caller may have read it from a snapshot that is older than the functions.
create function ai_private.route_tree(numbers integer[], calls text[], leaf boolean, depth integer default 1)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  middle constant integer := cardinality(numbers) / 2;
  margin constant text := repeat('  ', depth);
begin
  if cardinality(numbers) = 0 then
    return '';
  elsif leaf and cardinality(numbers) <= 3 then
    -- Up to three are asked for one after the other, which takes no more questions than halving and asking to make sure.
    return (
      select string_agg(margin || format(E'%s $1 operator(pg_catalog.=) %s then\n%s  return %s;\n', case i when 1 then 'if' else 'elsif' end, numbers[i], margin, calls[i]), '' order by i)
        || margin || E'end if;\n'
      from generate_subscripts(numbers, 1) as i);
  elsif cardinality(numbers) = 1 then
    return margin || format(E'return %s;\n', calls[1]);
  end if;
  return margin || format(E'if $1 operator(pg_catalog.<) %s then\n', numbers[middle + 1])
    || ai_private.route_tree(numbers[:middle], calls[:middle], leaf, depth + 1)
    || margin || E'else\n'
    || ai_private.route_tree(numbers[middle + 1:], calls[middle + 1:], leaf, depth + 1)
    || margin || E'end if;\n';
end
$pg_ai$;
comment on function ai_private.route_tree(integer[], text[], boolean, integer) is 'Text of a decision tree over operation numbers';
revoke all on function ai_private.route_tree(integer[], text[], boolean, integer) from public;
grant execute on function ai_private.route_tree(integer[], text[], boolean, integer) to ai_owner;
