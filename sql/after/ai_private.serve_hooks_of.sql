-- After a table was compiled: its name may have changed, or which hooks its comment names, or which hooks there are. Cheap where no hook acts after commit.
create function ai_private.serve_hooks_of(target oid, table_name text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  hook text;
begin
  for hook in
    select h.name
    from ai.hooks h
    where h.phase = 'post_commit' and h.enabled
      and (h.relation = target
        -- those of every table have topics that do not change
        or (h.relation is not null or h.settings @> '{"only_named": true}')
          and (ai_private.names_hook(target, h.name)
            or exists (select from ai.subscriptions s cross join unnest(s.topics) as t where s.name = 'hook:' || h.name and starts_with(t, table_name || '.'))))
    union
    select s.settings ->> 'hook'
    from ai.subscriptions s
    where s.settings ? 'hook' and s.name = 'hook:' || (s.settings ->> 'hook')
      and not exists (select from ai.hooks h where h.name = s.settings ->> 'hook' and h.phase = 'post_commit' and h.enabled)
  loop
    perform ai_private.serve_hook(hook);
  end loop;
end
$pg_ai$;
comment on function ai_private.serve_hooks_of(oid, text) is 'Brings the subscriptions of a table''s hooks to what was compiled';
revoke all on function ai_private.serve_hooks_of(oid, text) from public;
grant execute on function ai_private.serve_hooks_of(oid, text) to ai_owner;
