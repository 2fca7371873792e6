-- delete by hand: the row as it was goes to the audit row and the event, and is the answer.
create function bench.delete_account(inputs jsonb)
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
end
$$;
alter function bench.delete_account(jsonb) owner to ai_owner;
grant execute on function bench.delete_account(jsonb) to ai_user;

create function bench.delete_account(p_id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  old_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  delete from bench.account as t
  where t.id = p_id
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
end
$$;
alter function bench.delete_account(bigint) owner to ai_owner;
grant execute on function bench.delete_account(bigint) to ai_user;
