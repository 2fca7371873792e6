-- A SQLSTATE, five digits or capitals, as a number below 2^26.
create function ai_private.sqlstate_number(code text)
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  number bigint := 0;
begin
  for n in 1 .. 5 loop
    number := number * 36 + strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(code, n, 1)) - 1;
  end loop;
  return number;
end
$pg_ai$;
comment on function ai_private.sqlstate_number(text) is 'A SQLSTATE as a number';
revoke all on function ai_private.sqlstate_number(text) from public;
grant execute on function ai_private.sqlstate_number(text) to ai_owner;
