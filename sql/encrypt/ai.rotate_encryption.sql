-- Brings at most "batch" values of a column under its newest key, those first that are not encrypted at all. Call it, each time in a transaction of
-- its own, until "done". Rows that others have locked are left for the next call, and nobody waits for more than one batch. It updates the table with the
-- rights of whoever calls, so that is the table's owner; triggers of the table fire, expected versions change, audit and events are not written, since
-- no value changes. Errors: PI222 not an encrypted column, or rows that the caller may not see; PI220, PI221 where a value cannot be read. For ai_admin.
create function ai.rotate_encryption(relation regclass, column_name text, batch integer default 1000)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  key record;
  rotated bigint;
  remaining bigint;
begin
  select e.* into key from ai_private.encryption_of(relation, column_name) as e;
  if row_security_active(relation) then
    raise exception using
      errcode = 'PI222',
      message = ai_private.message('PI222.hidden', jsonb_build_object('table', relation::text)),
      hint = ai_private.message('PI222.hidden.hint', '{}');
  end if;
  execute format($sql$
    with stale as materialized (
      select t.tableoid as part, t.ctid as place
      from %1$s as t
      where t.%2$I is not null and t.%2$I not like %3$L
      limit greatest($1, 1)
      for no key update skip locked
    )
    update %1$s as t
    set %2$I = ai_private.encrypted_again(t.%2$I, $2)
    from stale
    where t.tableoid = stale.part and t.ctid = stale.place$sql$, relation, column_name, 'ai1.' || key.key_id || '.%')
  using batch, key.key_name;
  get diagnostics rotated = row_count;
  execute format('select count(*) from %s as t where t.%I is not null and t.%2$I not like %L', relation, column_name, 'ai1.' || key.key_id || '.%')
  into remaining;
  return jsonb_build_object('key', key.key_name, 'id', key.key_id, 'rotated', rotated, 'remaining', remaining, 'done', remaining = 0);
end
$pg_ai$;
comment on function ai.rotate_encryption(regclass, text, integer) is 'Brings a batch of a column''s values under its newest key';
revoke all on function ai.rotate_encryption(regclass, text, integer) from public;
grant execute on function ai.rotate_encryption(regclass, text, integer) to ai_admin;
