-- Before a declaration changes: what failed until now failed under the one before. It must not be in the way of DDL, so where somebody else is
-- gathering, or it fails, the errors of the last moments are counted to the new one.
create function ai_private.settle_errors()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  perform 1 from ai_private.metric_cursor m for update skip locked;
  if found then
    perform ai_private.gather_errors();
  end if;
exception when others then
  null;
end
$pg_ai$;
comment on function ai_private.settle_errors() is 'Counts errors before a declaration changes';
revoke all on function ai_private.settle_errors() from public;
grant execute on function ai_private.settle_errors() to ai_owner;
