-- Mailboxes that differ in case alone are one, so addresses are kept in lower case.
create function ai_private.lower_address()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  new.address := lower(new.address);
  return new;
end
$pg_ai$;
comment on function ai_private.lower_address() is 'Keeps an address in lower case';
revoke all on function ai_private.lower_address() from public;
