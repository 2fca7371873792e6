-- What a seal's root must be: over the seal before it, what it says of itself, and the digests of its rows in order.
create function ai_private.seal_root(s ai.audit_seal, previous_root bytea, secret text)
returns bytea
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select ai_private.keyed_digest(
    coalesce(previous_root, E'\\x'::bytea)
      || convert_to(jsonb_build_array(s.seal, extract(epoch from s.at), extract(epoch from s.month), s.row_count, s.cluster, s.horizon::text, s.keyed)::text, 'UTF8')
      || sha256(coalesce((select string_agg(int8send(l.audit_id) || l.digest, '' order by l.audit_id) from ai.audit_leaf l where l.seal = s.seal), E'\\x'::bytea)),
    secret)
$pg_ai$;
comment on function ai_private.seal_root(ai.audit_seal, bytea, text) is 'What a seal''s root must be';
revoke all on function ai_private.seal_root(ai.audit_seal, bytea, text) from public;
grant execute on function ai_private.seal_root(ai.audit_seal, bytea, text) to ai_owner;
