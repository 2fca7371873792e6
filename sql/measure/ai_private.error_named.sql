-- What an error cell is about. What is gone has no name any more.
create function ai_private.error_named(subject bigint)
returns table (relation text, operation text, action text, fingerprint text, code text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(o.qualified_name, ''), coalesce(o.operation, ''), coalesce(a.action_name, ''), coalesce(d.fingerprint, a.fingerprint, ''),
    coalesce(nullif(ai_private.sqlstate_text(subject & 67108863), '00000'), 'other')
  from (select) as one
  left join ai.operation o on o.dispatch = subject >> 26
  left join ai.declaration d on d.relation = o.relation
  left join ai.action a on a.dispatch = subject >> 26
$pg_ai$;
comment on function ai_private.error_named(bigint) is 'Operation and code that an error cell counts';
revoke all on function ai_private.error_named(bigint) from public;
grant execute on function ai_private.error_named(bigint) to ai_owner;
