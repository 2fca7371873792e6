-- After a webhook was sent: what became of it. outcome:
--   answered  the endpoint is there, whatever it thinks of the message: the circuit closes
--   failed    it is not, or is broken: the fifth time in a row, and whenever a probe fails, the circuit opens, for 10 seconds at first and twice as long each
--             time, up to 10 minutes. After five days without an answer the endpoint is disabled
--   paused    it asks for a pause of pause_ms (at most an hour)
--   gone      it says that it is gone for good: disabled
create function ai_private.webhook_report(endpoint text, outcome text, error text, pause_ms bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  at constant timestamptz := clock_timestamp();
  broken boolean;
begin
  case outcome
    when 'answered' then
      delete from ai.webhook_circuits c where c.endpoint = webhook_report.endpoint;
    when 'failed' then
      insert into ai.webhook_circuits as c (endpoint, failures, failing_since, error)
      select e.name, 1, at, error from ai.webhook_endpoints e where e.name = webhook_report.endpoint
      on conflict on constraint webhook_circuits_pkey do update set
        failures = c.failures + 1,
        failing_since = coalesce(c.failing_since, at),
        opened = c.opened + (case when (c.failures + 1 >= 5 or c.opened > 0) and coalesce(c.open_until, at) <= at then 1 else 0 end),
        open_until = case
          when c.open_until > at then c.open_until
          when c.failures + 1 >= 5 or c.opened > 0 then at + least(interval '10 seconds' * power(2, least(c.opened, 10)), interval '10 minutes') end,
        probe_until = null, error = excluded.error, changed_at = at
      returning c.failing_since < at - interval '5 days' into broken;
      if broken then
        update ai.webhook_endpoints e set disabled = true, disabled_reason = 'no answer for five days; the last error: ' || error where e.name = webhook_report.endpoint;
      end if;
    when 'paused' then
      insert into ai.webhook_circuits as c (endpoint, open_until, error)
      select e.name, at + make_interval(secs => least(pause_ms, 3600000) / 1000.0), error from ai.webhook_endpoints e where e.name = webhook_report.endpoint
      on conflict on constraint webhook_circuits_pkey do update set
        failures = 0, failing_since = null, opened = 0, open_until = greatest(c.open_until, excluded.open_until), probe_until = null, error = excluded.error, changed_at = at;
    when 'gone' then
      update ai.webhook_endpoints e set disabled = true, disabled_reason = error where e.name = webhook_report.endpoint;
  end case;
end
$pg_ai$;
alter function ai_private.webhook_report(text, text, text, bigint) owner to ai_owner;
comment on function ai_private.webhook_report(text, text, text, bigint) is 'What became of a webhook, for its endpoint''s circuit';
revoke all on function ai_private.webhook_report(text, text, text, bigint) from public;
grant execute on function ai_private.webhook_report(text, text, text, bigint) to ai_worker;
