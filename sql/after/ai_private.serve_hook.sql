-- The subscription hook:<name> by which a hook of the phase post_commit hears of events: made, changed and taken away as the hook is. Topics and filter are
-- the hook's; whether it is paused, how often it is tried and the like may be changed on the subscription, and stay.
-- Runs as ai_owner, for whoever writes ai.hooks or compiles a table. It does what the row says, so nobody gains by calling it.
create function ai_private.serve_hook(hook_name text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  subscription constant text := 'hook:' || hook_name;
  h ai.hooks;
  only_named boolean;
  topics text[];
  -- an emitted event may have any topic, and is no mutation
  filter text := 'audit_id is not null';
begin
  select x.* into h from ai.hooks x where x.name = hook_name and x.phase = 'post_commit' and x.enabled;
  only_named := h.settings @> '{"only_named": true}';
  if h.action is not null then
    topics := '{**}';
    filter := format('action = %L', h.action);
  elsif h.name is not null then
    topics := case
      when only_named then '{}'
      when h.relation is null then array['*.*.' || coalesce(h.operation, '*')]
      else array(
        select format('%I.%I.%s', n.nspname, c.relname, coalesce(h.operation, '*'))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = h.relation)
    end;
    if only_named or h.relation is not null then
      -- where declarations name it
      topics := topics || array(
        select o.qualified_name || '.' || o.operation
        from ai.operation o
        where ai_private.names_hook(o.relation, h.name) and o.relation is distinct from (case when not only_named then h.relation end)
          and o.plan -> 'hooks' @> jsonb_build_array(jsonb_build_object('hook', h.name, 'phase', 'post_commit'))
        order by 1);
    end if;
  end if;
  if topics is null or topics = '{}' then
    delete from ai.subscriptions s where s.name = subscription;
    return;
  end if;
  if h.condition is not null then
    filter := format(E'%s and (%s\n)', filter, ai_private.quoted_row(h.condition));
  end if;
  insert into ai.subscriptions as s (name, topics, filter, delivery, settings, description)
  values (subscription, topics, filter, 'job', jsonb_build_object('hook', h.name), coalesce(h.description, 'the hook ' || h.name))
  on conflict on constraint subscriptions_pkey do update
  set topics = excluded.topics, filter = excluded.filter, delivery = excluded.delivery, settings = excluded.settings
  where (s.topics, s.filter, s.delivery, s.settings) is distinct from (excluded.topics, excluded.filter, excluded.delivery, excluded.settings);
end
$pg_ai$;
alter function ai_private.serve_hook(text) owner to ai_owner;
comment on function ai_private.serve_hook(text) is 'Makes the subscription by which a hook hears of events after commit, or removes it';
revoke all on function ai_private.serve_hook(text) from public;
grant execute on function ai_private.serve_hook(text) to ai_admin;
