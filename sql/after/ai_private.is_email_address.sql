-- Whether a text is one address and nothing else: no name, no list, nothing that could end a header or a command.
create function ai_private.is_email_address(address text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select length(address) <= 254 and address ~ '^[^][:space:][:cntrl:]@,;:<>()["]{1,64}@[^][:space:][:cntrl:]@,;:<>()["]+$' and strpos(address, chr(92)) = 0
$pg_ai$;
comment on function ai_private.is_email_address(text) is 'Whether a text is one mail address and nothing else';
revoke all on function ai_private.is_email_address(text) from public;
grant execute on function ai_private.is_email_address(text) to ai_owner, ai_worker;
