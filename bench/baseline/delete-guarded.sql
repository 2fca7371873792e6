-- delete by hand, which also tells what PostgreSQL refuses in its own words, as pg_ai does: what the subtransaction that this takes costs, whoever writes it.
create function bench.delete_account_guarded(inputs jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant bigint := inputs ->> 'id';
  old_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  begin
    if jsonb_typeof(inputs) is distinct from 'object' or inputs - '{id}'::text[] <> '{}'
      or coalesce(jsonb_typeof(inputs -> 'id'), '') not in ('number', 'string')
    then
      raise exception using errcode = '22023', message = 'cannot delete an account', detail = 'inputs: an object with a number "id"';
    end if;

    delete from bench.account as t
    where t.id = v_id
    returning to_jsonb(t) into old_row;
    if old_row is null then
      raise exception using errcode = 'P0002', message = 'no such account';
    end if;

    actor := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
    row_key := jsonb_build_object('id', old_row -> 'id');
    insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
    values ('bench.account', 'delete', row_key, actor, 'by hand', old_row, null)
    returning id into audit;
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    values (audit, 'bench.account.delete', 'bench.account', 'delete', row_key, actor, old_row);
    return old_row;
  exception
    when integrity_constraint_violation then
      raise exception using errcode = sqlstate, message = 'cannot delete an account: it is still referred to', detail = sqlerrm;
  end;
end
$$;
alter function bench.delete_account_guarded(jsonb) owner to ai_owner;
grant execute on function bench.delete_account_guarded(jsonb) to ai_user;
