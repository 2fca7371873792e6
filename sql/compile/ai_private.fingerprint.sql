create function ai_private.fingerprint(snapshot jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select md5((select j.hash from ai_private.javascript j where j.name = 'compiler') || snapshot::text)
$pg_ai$;
comment on function ai_private.fingerprint(jsonb) is 'Names a table''s snapshot together with the compiler that reads it';
revoke all on function ai_private.fingerprint(jsonb) from public;
grant execute on function ai_private.fingerprint(jsonb) to ai_owner, ai_worker;
