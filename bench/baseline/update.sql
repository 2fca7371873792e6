-- update by hand: the checks of ../account.sql for what is given, the row before and after in the audit row, an event, the new row as the answer.
-- First with the inputs as JSON, then as parameters, where null means "as it is".
create function bench.update_account(inputs jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant bigint := inputs ->> 'id';
  v_email constant text := inputs ->> 'email';
  v_name constant text := inputs ->> 'name';
  v_age constant integer := inputs ->> 'age';
  v_balance constant numeric := inputs ->> 'balance';
  v_status constant text := inputs ->> 'status';
  problems text[] := '{}';
  old_row jsonb;
  new_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  if jsonb_typeof(inputs) is distinct from 'object' then
    raise exception using errcode = '22023', message = 'inputs: not an object';
  end if;
  if inputs - '{id,email,name,age,balance,status}'::text[] <> '{}' then
    problems := problems || 'inputs: a field that is not known'::text;
  end if;
  if coalesce(jsonb_typeof(inputs -> 'id'), '') not in ('number', 'string') then
    problems := problems || 'id: a number'::text;
  end if;
  if jsonb_typeof(inputs -> 'email') <> 'string' or char_length(v_email) > 200
    or v_email !~ (case when char_length(v_email) < 64
      then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
      else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$'
    end)
  then
    problems := problems || 'email: an address of at most 200 characters'::text;
  end if;
  if jsonb_typeof(inputs -> 'name') <> 'string' or char_length(v_name) not between 1 and 100 then
    problems := problems || 'name: a text of 1 to 100 characters'::text;
  end if;
  if jsonb_typeof(inputs -> 'age') not in ('number', 'null') or v_age not between 0 and 150 then
    problems := problems || 'age: a number from 0 to 150'::text;
  end if;
  if jsonb_typeof(inputs -> 'balance') not in ('number', 'string') or scale(trim_scale(v_balance)) > 2 or abs(v_balance) >= 1e10 then
    problems := problems || 'balance: a number with at most 10 digits before and 2 after the point'::text;
  end if;
  if jsonb_typeof(inputs -> 'status') <> 'string' or v_status not in ('active', 'paused', 'closed') then
    problems := problems || 'status: active, paused or closed'::text;
  end if;
  if problems <> '{}' then
    raise exception using errcode = '22023', message = 'cannot update an account', detail = array_to_string(problems, E'\n');
  end if;

  update bench.account as t
  set email = coalesce(v_email, t.email),
      name = coalesce(v_name, t.name),
      age = case when inputs ? 'age' then v_age else t.age end,
      balance = coalesce(v_balance, t.balance),
      status = coalesce(v_status, t.status)
  where t.id = v_id
  returning to_jsonb(old), to_jsonb(new) into old_row, new_row;
  if new_row is null then
    raise exception using errcode = 'P0002', message = 'no such account';
  end if;

  actor := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  row_key := jsonb_build_object('id', new_row -> 'id');
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values ('bench.account', 'update', row_key, actor, 'by hand', old_row, new_row)
  returning id into audit;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit, 'bench.account.update', 'bench.account', 'update', row_key, actor, new_row);
  return new_row;
end
$$;
alter function bench.update_account(jsonb) owner to ai_owner;
grant execute on function bench.update_account(jsonb) to ai_user;

create function bench.update_account(
  p_id bigint, p_email text default null, p_name text default null, p_age integer default null, p_balance numeric default null, p_status text default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  problems text[] := '{}';
  old_row jsonb;
  new_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  if char_length(p_email) > 200
    or p_email !~ (case when char_length(p_email) < 64
      then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
      else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$'
    end)
  then
    problems := problems || 'email: an address of at most 200 characters'::text;
  end if;
  if char_length(p_name) not between 1 and 100 then
    problems := problems || 'name: a text of 1 to 100 characters'::text;
  end if;
  if p_age not between 0 and 150 then
    problems := problems || 'age: a number from 0 to 150'::text;
  end if;
  if scale(trim_scale(p_balance)) > 2 or abs(p_balance) >= 1e10 then
    problems := problems || 'balance: a number with at most 10 digits before and 2 after the point'::text;
  end if;
  if p_status not in ('active', 'paused', 'closed') then
    problems := problems || 'status: active, paused or closed'::text;
  end if;
  if problems <> '{}' then
    raise exception using errcode = '22023', message = 'cannot update an account', detail = array_to_string(problems, E'\n');
  end if;

  update bench.account as t
  set email = coalesce(p_email, t.email),
      name = coalesce(p_name, t.name),
      age = coalesce(p_age, t.age),
      balance = coalesce(p_balance, t.balance),
      status = coalesce(p_status, t.status)
  where t.id = p_id
  returning to_jsonb(old), to_jsonb(new) into old_row, new_row;
  if new_row is null then
    raise exception using errcode = 'P0002', message = 'no such account';
  end if;

  actor := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  row_key := jsonb_build_object('id', new_row -> 'id');
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values ('bench.account', 'update', row_key, actor, 'by hand', old_row, new_row)
  returning id into audit;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit, 'bench.account.update', 'bench.account', 'update', row_key, actor, new_row);
  return new_row;
end
$$;
alter function bench.update_account(bigint, text, text, integer, numeric, text) owner to ai_owner;
grant execute on function bench.update_account(bigint, text, text, integer, numeric, text) to ai_user;
