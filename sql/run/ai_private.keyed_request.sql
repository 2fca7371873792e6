-- A request that holds what must not be guessed, as what ai_private.claim_key may keep a digest of: with a secret of this database, which a dump does not
-- take along.
create function ai_private.keyed_request(request text)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select encode(sha256(convert_to(s.secret || request, 'UTF8')), 'hex') from ai_private.action_secret as s
$pg_ai$;
alter function ai_private.keyed_request(text) owner to ai_owner;
comment on function ai_private.keyed_request(text) is 'A request with secrets in it, as a digest that nobody can try guesses against';
revoke all on function ai_private.keyed_request(text) from public;
grant execute on function ai_private.keyed_request(text) to ai_admin, ai_user;
