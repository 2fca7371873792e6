-- A probe of rate limits that count refused calls: makes their counters, where nobody has before. Sequences in ai_gen, because they belong to ai_owner.
create function ai_private.make_rate_counters()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if to_regclass('ai_gen._rate_511') is null then
    for i in 0 .. 511 loop
      execute format('create unlogged sequence ai_gen._rate_%s', i);
    end loop;
  end if;
end
$pg_ai$;
comment on function ai_private.make_rate_counters() is 'Makes the counters of rate limits that count refused calls';
revoke all on function ai_private.make_rate_counters() from public;
grant execute on function ai_private.make_rate_counters() to ai_owner;
