-- Before an endpoint is written: all that is wrong with it, at once (PI420), and a secret where none was given. Nothing that is told holds a secret.
create function ai_private.check_webhook_endpoint()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb := '[]';
  secret text;
  header text;
  value jsonb;
begin
  -- pg_dump restores with function bodies unchecked: what was dumped had been looked at.
  if not current_setting('check_function_bodies')::boolean then
    return new;
  end if;
  if coalesce(cardinality(new.secrets), 0) = 0 then
    new.secrets := array[ai_private.new_webhook_secret()];
  end if;
  problems := ai_private.null_problems('ai.webhook_endpoints', to_jsonb(new));
  if new.name !~ '^[a-z][a-z0-9_.-]{0,62}$' then
    problems := problems || jsonb_build_object('path', 'name', 'reason', 'not a name for an endpoint', 'suggestion', 'small letters, digits and _ . -');
  end if;
  if new.url !~ '^https?://' then
    problems := problems || jsonb_build_object('path', 'url', 'reason', 'it begins with neither https:// nor http://');
  elsif new.url !~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$' then
    problems := problems || jsonb_build_object('path', 'url', 'reason', 'no address of a host, with a path or without', 'suggestion', 'no user and password before the host, no "#", no spaces');
  elsif new.url !~ '^https?://([[][0-9A-Fa-f:.]+[]]|[^]/?:[]+)(:[0-9]{1,5})?([/?]|$)' or strpos(new.url, chr(92)) > 0 or substring(new.url from '^https?://[^/?]*?:([0-9]+)([/?]|$)')::integer > 65535 then
    problems := problems || jsonb_build_object('path', 'url', 'reason', 'no host, or no port', 'suggestion', 'https://example.com:8443/path, https://[2606:4700::1]/path');
  elsif tg_op = 'UPDATE' and new.headers <> '{}' and new.headers = old.headers
    and lower(substring(new.url from '^https?://[^/?]+')) <> lower(substring(old.url from '^https?://[^/?]+')) then
    -- Whoever may write endpoints may not read their headers, which hold tokens: nor have them sent somewhere else.
    problems := problems || jsonb_build_object('path', 'headers', 'reason', 'they would go to another host than they were given for', 'suggestion', 'give them anew together with the url, or ''{}''');
  elsif new.url like 'http://%' and not new.allow_private then
    problems := problems || jsonb_build_object('path', 'url', 'reason', 'only https goes over public networks', 'suggestion', 'https://, or allow_private for a network of your own');
  end if;
  foreach secret in array new.secrets loop
    if secret is null or secret !~ '^env:[A-Za-z_][A-Za-z0-9_]*$' and (secret !~ '^whsec_[A-Za-z0-9+/]+={0,2}$'
      or (length(rtrim(substr(secret, 7), '=')) * 3 / 4) not between 24 and 64)
    then
      problems := problems || jsonb_build_object('path', 'secrets', 'reason', 'a secret has a wrong form', 'suggestion', 'whsec_ and 24 to 64 bytes in base64, or env:NAME');
      exit;
    end if;
  end loop;
  if cardinality(new.secrets) > 10 then
    problems := problems || jsonb_build_object('path', 'secrets', 'reason', 'there are more than 10');
  end if;
  if new.headers is not null and jsonb_typeof(new.headers) <> 'object' then
    problems := problems || jsonb_build_object('path', 'headers', 'reason', 'no JSON object', 'suggestion', '{"x-tenant": "1"}');
  else
    for header, value in select h.key, h.value from jsonb_each(new.headers) as h order by h.key loop
      if header !~ '^[A-Za-z0-9_-]+$' or lower(header) ~ '^(webhook-.*|host|content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|traceparent|user-agent)$' then
        problems := problems || jsonb_build_object('path', 'headers.' || header, 'reason', 'no header that can be set');
      elsif jsonb_typeof(value) <> 'string' or value #>> '{}' !~ '^[ -~]*$' then
        problems := problems || jsonb_build_object('path', 'headers.' || header, 'reason', 'no text of printable ASCII');
      end if;
    end loop;
  end if;
  if new.timeout_ms not between 100 and 300000 then
    problems := problems || jsonb_build_object('path', 'timeout_ms', 'reason', 'out of range', 'suggestion', '100 to 300000');
  end if;
  if new.max_request_bytes not between 1024 and 67108864 then
    problems := problems || jsonb_build_object('path', 'max_request_bytes', 'reason', 'out of range', 'suggestion', '1024 to 67108864');
  end if;
  if new.max_response_bytes not between 0 and 67108864 then
    problems := problems || jsonb_build_object('path', 'max_response_bytes', 'reason', 'out of range', 'suggestion', '0 to 67108864');
  end if;
  if problems <> '[]' then
    raise exception using
      errcode = 'PI420',
      message = ai_private.message('PI420', jsonb_build_object('name', coalesce(new.name, ''), 'count', jsonb_array_length(problems),
        'errors', (select string_agg(format(E'\n  %s: %s%s', p ->> 'path', p ->> 'reason', coalesce('; ' || (p ->> 'suggestion'), '')), '' order by n)
          from jsonb_array_elements(problems) with ordinality as e (p, n)))),
      detail = jsonb_build_object('endpoint', new.name, 'errors', problems)::text,
      hint = ai_private.message('PI420.hint', '{}');
  end if;
  -- What was switched on again begins anew.
  if tg_op = 'UPDATE' and old.disabled and not new.disabled then
    new.disabled_reason := null;
    delete from ai.webhook_circuits c where c.endpoint = old.name;
  end if;
  return new;
end
$pg_ai$;
alter function ai_private.check_webhook_endpoint() owner to ai_owner;
comment on function ai_private.check_webhook_endpoint() is 'Trigger: refuses an endpoint with mistakes';
revoke all on function ai_private.check_webhook_endpoint() from public;
