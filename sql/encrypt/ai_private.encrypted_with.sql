-- The columns that are encrypted with keys of the name that a key has.
create function ai_private.encrypted_with(key_id text)
returns table (target regclass, field text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select distinct o.relation::regclass, e.key
  from ai.operation o
  cross join lateral jsonb_each_text(o.plan -> 'encrypted') as e
  join ai_private.encryption_key k on k.name = e.value
  where k.id = key_id and to_regclass(o.qualified_name) is not null
$pg_ai$;
alter function ai_private.encrypted_with(text) owner to ai_owner;
comment on function ai_private.encrypted_with(text) is 'The columns that are encrypted with keys of the name that a key has';
revoke all on function ai_private.encrypted_with(text) from public;
grant execute on function ai_private.encrypted_with(text) to ai_admin;
