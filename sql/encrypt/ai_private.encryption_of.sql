-- The name of the key with which a column is encrypted, and the id of the newest key of that name. Raises PI222 where the column is not encrypted.
create function ai_private.encryption_of(target oid, column_name text, out key_name text, out key_id text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
begin
  select o.plan #>> array['encrypted', $2] into key_name from ai.operation o where o.relation = $1 and o.plan -> 'encrypted' ? $2 limit 1;
  if key_name is null then
    raise exception using
      errcode = 'PI222',
      message = ai_private.message('PI222', jsonb_build_object('table', $1::regclass::text, 'field', $2)),
      hint = ai_private.message('PI222.hint', '{}');
  end if;
  select k.id into key_id from ai_private.encryption_key k where k.name = key_name order by k.added_at desc, k.id limit 1;
  if key_id is null then
    select k.id into key_id from ai_private.encryption_key_for(key_name, null) as k; -- which refuses
  end if;
end
$pg_ai$;
alter function ai_private.encryption_of(oid, text) owner to ai_owner;
comment on function ai_private.encryption_of(oid, text) is 'The key with which a column is encrypted';
revoke all on function ai_private.encryption_of(oid, text) from public;
grant execute on function ai_private.encryption_of(oid, text) to ai_admin;
