-- Before a webhook is sent: the endpoint with the secrets that are valid now, and whether its circuit lets the delivery pass: "go", "probe" (it is the one that
-- tries whether the endpoint is back), or "wait" and for how long. No row where there is no such endpoint.
create function ai_private.webhook_admit(endpoint text)
returns table (verdict text, wait_ms integer, failures integer, url text, secrets text[], headers jsonb, timeout_ms integer, max_request_bytes integer,
  max_response_bytes integer, allow_private boolean, disabled_reason text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  found_endpoint ai.webhook_endpoints;
  circuit ai.webhook_circuits;
begin
  select e.* into found_endpoint from ai.webhook_endpoints e where e.name = endpoint;
  if found_endpoint.name is null then
    return;
  end if;
  select c.* into circuit from ai.webhook_circuits c where c.endpoint = found_endpoint.name;
  url := found_endpoint.url;
  secrets := case when found_endpoint.retire_at <= clock_timestamp() then found_endpoint.secrets[1:1] else found_endpoint.secrets end;
  headers := found_endpoint.headers;
  timeout_ms := found_endpoint.timeout_ms;
  max_request_bytes := found_endpoint.max_request_bytes;
  max_response_bytes := found_endpoint.max_response_bytes;
  allow_private := found_endpoint.allow_private;
  disabled_reason := case when found_endpoint.disabled then coalesce(found_endpoint.disabled_reason, 'by hand') end;
  failures := coalesce(circuit.failures, 0);
  verdict := 'go';
  wait_ms := 0;
  if circuit.open_until is not null and not found_endpoint.disabled then
    -- Of many that come at once one gets the row, and so is the probe. One that dies is replaced when its time is over.
    update ai.webhook_circuits c set probe_until = clock_timestamp() + make_interval(secs => found_endpoint.timeout_ms / 1000.0 + 5), changed_at = clock_timestamp()
    where c.endpoint = found_endpoint.name and c.open_until <= clock_timestamp() and (c.probe_until is null or c.probe_until <= clock_timestamp());
    if found then
      verdict := 'probe';
    else
      select c.* into circuit from ai.webhook_circuits c where c.endpoint = found_endpoint.name;
      if circuit.open_until is not null then
        verdict := 'wait';
        wait_ms := greatest(100, ceil(extract(epoch from greatest(circuit.open_until, circuit.probe_until) - clock_timestamp()) * 1000));
      end if;
    end if;
  end if;
  return next;
end
$pg_ai$;
alter function ai_private.webhook_admit(text) owner to ai_owner;
comment on function ai_private.webhook_admit(text) is 'An endpoint, and whether its circuit lets a delivery pass';
revoke all on function ai_private.webhook_admit(text) from public;
grant execute on function ai_private.webhook_admit(text) to ai_worker;
