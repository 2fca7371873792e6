-- What was raised while a hook ran, told as the hook's: under its own code, PI301 for a plain RAISE EXCEPTION, with the hook's name in DETAIL. What is about
-- the server or the transaction and not about the call (deadlocks, time-outs, lack of resources) is left alone: then this returns. Engines that
-- were interrupted or ran out of memory say so without a code.
create function ai_private.refuse_in_hook(
  hook text, table_name text, operation text, state text, original text, original_detail text, original_hint text, broken text
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  engine constant text := ai_private.engine_code(state, original, original_detail);
begin
  if state ~ '^(40|53|54|55|57|58|F0|XX)' and engine is null then
    return;
  end if;
  raise exception using
    errcode = coalesce(engine, case when state = 'P0001' then 'PI301' else state end),
    message = case when engine = '57014' then ai_private.message('hook.interrupted', jsonb_build_object('hook', hook)) else original end,
    detail = (ai_private.subject(table_name, operation) || jsonb_build_object('hook', hook)
      || case when original_detail <> '' and engine is null then jsonb_build_object('detail', original_detail) else '{}' end)::text,
    hint = case when original_hint <> '' then original_hint else ai_private.message('PI301.hint', jsonb_build_object('hook', hook)) end,
    constraint = coalesce(broken, '');
end
$pg_ai$;
comment on function ai_private.refuse_in_hook(text, text, text, text, text, text, text, text) is 'Raises what a hook raised, as the hook''s';
revoke all on function ai_private.refuse_in_hook(text, text, text, text, text, text, text, text) from public;
grant execute on function ai_private.refuse_in_hook(text, text, text, text, text, text, text, text) to ai_owner, ai_admin, ai_user;
