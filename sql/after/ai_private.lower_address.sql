-- Mailboxes that differ in case alone are one, so addresses are kept in lower case; and as addresses, or they would be compared in vain (PI413).
create function ai_private.lower_address()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  new.address := lower(btrim(new.address, E' \t\r\n'));
  -- pg_dump restores with function bodies unchecked: what was dumped had been looked at.
  if current_setting('check_function_bodies')::boolean and ai_private.is_email_address(new.address) is not true then
    raise exception using
      errcode = 'PI413',
      message = ai_private.message('PI413', jsonb_build_object('recipient', new.address)),
      hint = ai_private.message('PI413.hint', '{}');
  end if;
  return new;
end
$pg_ai$;
alter function ai_private.lower_address() owner to ai_owner;
comment on function ai_private.lower_address() is 'Keeps an address in lower case';
revoke all on function ai_private.lower_address() from public;
