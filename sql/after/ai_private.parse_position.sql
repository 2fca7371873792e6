-- A position in the log as ai.events_after takes and returns it, in its parts: cluster/seen/boundary/id/floor and, within a window, /until/boundary/id/after; see
-- ai_private.subscription_cursor. 'beginning' and the id of an event are positions that see what has ids up to there; so is one from before a dump. Errors: PI404.
create function ai_private.parse_position(
  wanted text, out seen pg_snapshot, out seen_boundary xid8, out seen_id bigint, out floor_id bigint,
  out until pg_snapshot, out until_boundary xid8, out until_id bigint, out after_id bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  part constant text[] := string_to_array(wanted, '/');
begin
  if wanted is null or wanted !~ '^(beginning|[0-9]{1,18}|[0-9]+/[0-9]+:[0-9]+:[0-9,]*(/[0-9]{1,19}){3}(/[0-9]+:[0-9]+:[0-9,]*(/[0-9]{1,19}){3})?)$' then
    raise exception using errcode = 'PI404', message = ai_private.message('PI404', jsonb_build_object('position', wanted)),
      hint = ai_private.message('PI404.hint', '{}');
  end if;
  if part[1] = (select s.system_identifier::text from pg_control_system() as s) and cardinality(part) > 1 then
    seen := part[2]::pg_snapshot;
    seen_boundary := part[3]::xid8;
    seen_id := part[4]::bigint;
    floor_id := part[5]::bigint;
    until := part[6]::pg_snapshot;
    until_boundary := part[7]::xid8;
    until_id := part[8]::bigint;
    after_id := part[9]::bigint;
  else
    seen := '1:1:';
    seen_boundary := '1';
    seen_id := case when wanted = 'beginning' then 0 when cardinality(part) = 1 then wanted::bigint else part[5]::bigint end;
    floor_id := seen_id;
  end if;
end
$pg_ai$;
comment on function ai_private.parse_position(text) is 'The parts of a position in the log';
revoke all on function ai_private.parse_position(text) from public;
grant execute on function ai_private.parse_position(text) to ai_owner;
