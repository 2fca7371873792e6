-- The type that a name means along a path, or null.
create function ai_private.find_type(written text, path text[])
returns oid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  schema_name text;
  found_type oid;
begin
  -- a name and nothing else: brackets of an array are the only signs allowed
  if written !~ '^[^();]+$' then
    return null;
  end if;
  foreach schema_name in array array[null] || path loop
    begin
      found_type := to_regtype(coalesce(quote_ident(schema_name) || '.', '') || written);
    exception when others then
      found_type := null;
    end;
    if found_type is not null then
      return found_type;
    end if;
  end loop;
  return null;
end
$pg_ai$;
comment on function ai_private.find_type(text, text[]) is 'The type that a name means along a path';
revoke all on function ai_private.find_type(text, text[]) from public;
grant execute on function ai_private.find_type(text, text[]) to ai_owner, ai_worker;
