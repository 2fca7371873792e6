-- Keeps the audit trail and the event log in months: moves what lies in the rest partitions into months and makes the current month and those
-- ahead. Call it each month or each day, as the role that installed pg_ai (it owns the tables). Returns the partitions that were made.
create function ai.maintain(months_ahead integer default 2)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  log text;
  month timestamptz;
  partition_name text;
begin
  foreach log in array array['audit_log', 'event_log'] loop
    for month in execute format(
      'select distinct date_trunc(''month'', r.at, ''UTC'') from ai_private.%I r
       union select date_trunc(''month'', now(), ''UTC'') + make_interval(months => n) from generate_series(0, $1) as n
       order by 1', log || '_rest') using months_ahead
    loop
      partition_name := format('%s_%s', log, to_char(month at time zone 'UTC', 'YYYY_MM'));
      continue when to_regclass(format('ai_private.%I', partition_name)) is not null;
      execute format('create table ai_private.%I (like ai_private.%I including all excluding comments)', partition_name, log || '_rest');
      execute format('with moved as (delete from ai_private.%I r where r.at >= %L and r.at < %L returning r.*) insert into ai_private.%I select * from moved',
        log || '_rest', month, month + interval '1 month', partition_name);
      execute format('alter table ai.%I attach partition ai_private.%I for values from (%L) to (%L)', log, partition_name, month, month + interval '1 month');
      return next partition_name;
    end loop;
  end loop;
end
$pg_ai$;
comment on function ai.maintain(integer) is 'Makes monthly partitions of the audit trail and the event log';
revoke all on function ai.maintain(integer) from public;

-- Retention: drops whole months of the audit trail, their events and idempotency keys that lie before a moment. Returns what was dropped.
-- Call it as the role that installed pg_ai. Verification knows what was dropped (ai.audit_retention).
create function ai.prune(before timestamptz)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  p record;
begin
  for p in
    select c.relname as name, c.relname like 'audit%' as audit
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('ai.audit_log'::regclass, 'ai.event_log'::regclass) and c.relname ~ '^(audit|event)_log_[0-9]{4}_[0-9]{2}$'
      and (to_date(substring(c.relname from '...._..$'), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= before
    order by c.relname
  loop
    execute format('drop table ai_private.%I', p.name);
    if p.audit then
      insert into ai.audit_retention (month)
      values (to_date(substring(p.name from '...._..$'), 'YYYY_MM')::timestamp at time zone 'UTC')
      on conflict (month) do nothing;
    end if;
    return next p.name;
  end loop;
  delete from ai_private.idempotency i where i.at < before;
end
$pg_ai$;
comment on function ai.prune(timestamptz) is 'Drops months of the audit trail and the event log that lie before a moment';
revoke all on function ai.prune(timestamptz) from public;
