-- Takes calls from a rate limit: at most "most" in any "period", for each key. Raises PI210 where they are too many. The row of the key is locked
-- until the transaction ends, so that none is lost between callers at once; calls that end in an error or are taken back give theirs back with it.
-- The ring holds the time of the last call of each group of calls, which is one call up to a limit of 100 and a hundredth of the limit above: then a
-- call may be refused earlier than it must, by the time that one group took, and never later.
create function ai_private.spend(table_name text, operation text, policy text, told text, most integer, period interval, counted text, spent integer, message text)
returns void
language plpgsql
volatile
security invoker
as $pg_ai$
#variable_conflict use_column
declare
  rule constant text := $3 || ' ' || $4;
  in_group constant integer := ($5 + 99) / 100;
  ring constant integer := ($5 + in_group - 1) / in_group + 1;
  state ai_private.rate_state;
  moment timestamptz;
begin
  -- The usual: one call of a key that has been here before and has calls left. It finds and changes the row at once.
  if $8 = 1 then
    update ai_private.rate_state as s
    set calls = s.calls + 1, times[(s.calls / in_group) % ring + 1] = pg_catalog.clock_timestamp(), idle_from = pg_catalog.clock_timestamp() + $6
    where s.policy = rule and s.key = $7
      and (s.calls < $5 or s.times[((s.calls - $5) / in_group) % ring + 1] <= pg_catalog.clock_timestamp() - $6);
    if found then
      return;
    end if;
  end if;
  -- Of a key that no index could hold, and which anybody may send, a digest is kept.
  if pg_catalog.length(counted) > 400 then
    counted := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(counted, 'UTF8')), 'hex');
  end if;
  -- A new key.
  if $8 <= $5 then
    moment := pg_catalog.clock_timestamp();
    insert into ai_private.rate_state (policy, key, calls, times, idle_from)
    values (rule, $7, $8, pg_catalog.array_fill(moment, array[($8 - 1) / in_group + 1]), moment + $6)
    on conflict (policy, key) do nothing;
    if found then
      return;
    end if;
  end if;
  -- Several calls of a key that is known, or too many, or somebody has brought the key meanwhile.
  select s.* into state from ai_private.rate_state as s where s.policy = rule and s.key = $7 for update;
  moment := pg_catalog.clock_timestamp();
  if $8 <= $5 and (state.calls + $8 <= $5 or state.times[((state.calls + $8 - 1 - $5) / in_group) % ring + 1] <= moment - $6) then
    for n in state.calls / in_group .. (state.calls + $8 - 1) / in_group loop
      state.times[n % ring + 1] := moment;
    end loop;
    update ai_private.rate_state as s set calls = state.calls + $8, times = state.times, idle_from = moment + $6 where s.policy = state.policy and s.key = state.key;
    return;
  end if;
  perform ai_private.refuse_rate($1, $2, $3, $4, pg_catalog.date_part('epoch', state.times[((state.calls - $5) / in_group) % ring + 1] + $6 - moment), $9);
end
$pg_ai$;
comment on function ai_private.spend(text, text, text, text, integer, interval, text, integer, text) is 'Takes calls from a rate limit';
revoke all on function ai_private.spend(text, text, text, text, integer, interval, text, integer, text) from public;
grant execute on function ai_private.spend(text, text, text, text, integer, interval, text, integer, text) to ai_owner;
