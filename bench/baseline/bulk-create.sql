-- Many creates by hand: one INSERT … SELECT with the checks of ../account.sql, audit rows, events, and the new rows in the order of the inputs.
-- That any of the rows is wrong is told, and nothing is written then.
create function bench.create_accounts(inputs jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  actor constant text := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  rows jsonb;
begin
  if exists (
    select
    from jsonb_array_elements(inputs) as e (i)
    where jsonb_typeof(i) is distinct from 'object'
      or i - '{email,name,age,balance,status}'::text[] <> '{}'
      or jsonb_typeof(i -> 'email') is distinct from 'string' or char_length(i ->> 'email') > 200
      or i ->> 'email' !~ case when char_length(i ->> 'email') < 64
        then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
        else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$'
      end
      or jsonb_typeof(i -> 'name') is distinct from 'string' or char_length(i ->> 'name') not between 1 and 100
      or jsonb_typeof(i -> 'age') not in ('number', 'null') or (i ->> 'age')::integer not between 0 and 150
      or jsonb_typeof(i -> 'balance') not in ('number', 'string')
      or scale(trim_scale((i ->> 'balance')::numeric)) > 2 or abs((i ->> 'balance')::numeric) >= 1e10
      or jsonb_typeof(i -> 'status') <> 'string' or i ->> 'status' not in ('active', 'paused', 'closed')
  ) then
    raise exception using errcode = '22023', message = 'cannot create the accounts: some are wrong';
  end if;

  with made as (
    insert into bench.account as t (email, name, age, balance, status)
    select i ->> 'email', i ->> 'name', (i ->> 'age')::integer, coalesce((i ->> 'balance')::numeric, 0), coalesce(i ->> 'status', 'active')
    from jsonb_array_elements(inputs) with ordinality as e (i, position)
    order by position
    returning to_jsonb(t) as new_row
  ),
  numbered as materialized (
    select m.new_row, nextval('ai.audit_id') as audit from made as m
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, new_row)
    select n.audit, 'bench.account', 'create', jsonb_build_object('id', n.new_row -> 'id'), actor, 'by hand', n.new_row from numbered as n
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select n.audit, 'bench.account.create', 'bench.account', 'create', jsonb_build_object('id', n.new_row -> 'id'), actor, n.new_row from numbered as n
  )
  select jsonb_agg(n.new_row order by n.audit) into rows from numbered as n;
  return rows;
end
$$;
alter function bench.create_accounts(jsonb) owner to ai_owner;
grant execute on function bench.create_accounts(jsonb) to ai_user;
