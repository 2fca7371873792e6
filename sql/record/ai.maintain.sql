-- Keeps the audit trail and the event log in months: moves what lies in the rest partitions into months and makes the current month and those
-- ahead. Counts what ai.metrics tells, where no worker does. Call it each month or each day, as the role that installed pg_ai (it owns the tables).
-- Returns the partitions that were made.
create function ai.maintain(months_ahead integer default 2)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- moments become literals below, and must mean the same when they are read
set datestyle = 'ISO, MDY'
set timezone = 'UTC'
as $pg_ai$
declare
  log text;
  month timestamptz;
  partition_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('pg_ai.maintain', 0));
  perform ai.gather_metrics();
  perform ai.guard_revisions();
  foreach log in array array['audit_log', 'event_log'] loop
    for month in execute format(
      'select distinct date_trunc(''month'', r.at, ''UTC'') from ai_private.%I r
       union select date_trunc(''month'', now(), ''UTC'') + make_interval(months => n) from generate_series(0, $1) as n
       order by 1', log || '_rest') using months_ahead
    loop
      partition_name := format('%s_%s', log, to_char(month at time zone 'UTC', 'YYYY_MM'));
      continue when to_regclass(format('ai_private.%I', partition_name)) is not null;
      -- Who writes there now is waited for, and who comes waits: a row that is not seen here could not be moved, and would refuse the partition.
      execute format('lock table ai_private.%I in access exclusive mode', log || '_rest');
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
