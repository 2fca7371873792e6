-- The table of ../account.sql for PostGraphile, in a schema of its own: what pg_ai takes from the declaration stands here as CHECK constraints,
-- and a trigger writes the audit row and the event.
create schema graph;
create table graph.account (
  id bigint generated always as identity primary key,
  email text not null unique,
  name text not null,
  age integer,
  balance numeric(12, 2) not null default 0,
  status text not null default 'active',
  created_at timestamptz not null default now(),
  constraint email_is_short check (char_length(email) <= 200),
  constraint email_is_an_address check (
    email ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
  ),
  constraint name_is_given check (char_length(name) between 1 and 100),
  constraint age_of_a_person check (age between 0 and 150),
  constraint status_is_known check (status in ('active', 'paused', 'closed'))
);

create function graph.log_account()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  new_row constant jsonb := to_jsonb(new);
  row_key constant jsonb := jsonb_build_object('id', new.id);
  actor constant text := coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('role', true), 'none'), session_user);
  audit bigint;
begin
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values ('bench.account', 'create', row_key, actor, 'by trigger', null, new_row)
  returning id into audit;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit, 'bench.account.create', 'bench.account', 'create', row_key, actor, new_row);
  return null;
end
$$;
alter function graph.log_account() owner to ai_owner;
create trigger log_account after insert on graph.account for each row execute function graph.log_account();

-- The other way to let PostGraphile do it: a mutation that calls the hand-written function (create.sql) and answers with its JSON.
create function graph.register_account(inputs jsonb)
returns jsonb
language sql
volatile
begin atomic
  select bench.create_account(inputs);
end;

grant usage on schema graph, bench to bench_application;
grant select, insert on graph.account to bench_application;
grant execute on function bench.create_account(jsonb) to bench_application;
