-- Raises PI221: what is stored was not written with the key whose id it bears. The value is not told.
create function ai_private.refuse_ciphertext(key_id text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI221',
    message = ai_private.message('PI221', jsonb_build_object('id', key_id)),
    detail = jsonb_build_object('id', key_id)::text,
    hint = ai_private.message('PI221.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_ciphertext(text) is 'Raises PI221: an encrypted value was altered';
revoke all on function ai_private.refuse_ciphertext(text) from public;
grant execute on function ai_private.refuse_ciphertext(text) to ai_owner;
