-- create, as an expert writes it by hand: the checks that ../account.sql declares, the row, its audit row, its event, and the row as the answer.
-- What is wrong is told all at once; a taken address is told by PostgreSQL. First with the inputs as JSON, then as parameters.
create function bench.create_account(inputs jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email constant text := inputs ->> 'email';
  v_name constant text := inputs ->> 'name';
  v_age constant integer := inputs ->> 'age';
  v_balance constant numeric := coalesce(inputs ->> 'balance', '0');
  v_status constant text := coalesce(inputs ->> 'status', 'active');
  problems text[] := '{}';
  new_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  if jsonb_typeof(inputs) is distinct from 'object' then
    raise exception using errcode = '22023', message = 'inputs: not an object';
  end if;
  if inputs - '{email,name,age,balance,status}'::text[] <> '{}' then
    problems := problems || 'inputs: a field that is not known'::text;
  end if;
  if jsonb_typeof(inputs -> 'email') is distinct from 'string' or char_length(v_email) > 200
    or v_email !~ (case when char_length(v_email) < 64
      then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
      else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$'
    end)
  then
    problems := problems || 'email: an address of at most 200 characters'::text;
  end if;
  if jsonb_typeof(inputs -> 'name') is distinct from 'string' or char_length(v_name) not between 1 and 100 then
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
    raise exception using errcode = '22023', message = 'cannot create an account', detail = array_to_string(problems, E'\n');
  end if;

  insert into bench.account as t (email, name, age, balance, status)
  values (v_email, v_name, v_age, v_balance, v_status)
  returning to_jsonb(t) into new_row;

  actor := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  row_key := jsonb_build_object('id', new_row -> 'id');
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values ('bench.account', 'create', row_key, actor, 'by hand', null, new_row)
  returning id into audit;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit, 'bench.account.create', 'bench.account', 'create', row_key, actor, new_row);
  return new_row;
end
$$;
alter function bench.create_account(jsonb) owner to ai_owner;
grant execute on function bench.create_account(jsonb) to ai_user;

create function bench.create_account(
  p_email text, p_name text, p_age integer default null, p_balance numeric default 0, p_status text default 'active'
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  problems text[] := '{}';
  new_row jsonb;
  row_key jsonb;
  actor text;
  audit bigint;
begin
  if p_email is null or char_length(p_email) > 200
    or p_email !~ (case when char_length(p_email) < 64
      then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
      else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$'
    end)
  then
    problems := problems || 'email: an address of at most 200 characters'::text;
  end if;
  if p_name is null or char_length(p_name) not between 1 and 100 then
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
    raise exception using errcode = '22023', message = 'cannot create an account', detail = array_to_string(problems, E'\n');
  end if;

  insert into bench.account as t (email, name, age, balance, status)
  values (p_email, p_name, p_age, p_balance, p_status)
  returning to_jsonb(t) into new_row;

  actor := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  row_key := jsonb_build_object('id', new_row -> 'id');
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values ('bench.account', 'create', row_key, actor, 'by hand', null, new_row)
  returning id into audit;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit, 'bench.account.create', 'bench.account', 'create', row_key, actor, new_row);
  return new_row;
end
$$;
alter function bench.create_account(text, text, integer, numeric, text) owner to ai_owner;
grant execute on function bench.create_account(text, text, integer, numeric, text) to ai_user;
