-- What ai.rollback does, without the rights of the table's owner: the comments stay as they are and others count in their place.
create function ai_private.roll_back_table(target oid, chosen ai.revision)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  present constant jsonb := ai_private.table_source(target);
  written constant jsonb := ai_private.declared_comments(target);
  problems jsonb;
begin
  delete from ai_private.held h where h.relation = target;
  if written <> chosen.source - '{hooks,policies}'::text[] then
    insert into ai_private.held (relation, refused, kept) values (target, written, chosen.source - '{hooks,policies}'::text[]);
  end if;
  perform ai_private.write_program(target, null, chosen.source);
  perform ai_private.build_hooks(array(select k from jsonb_object_keys(present -> 'hooks' || (chosen.source -> 'hooks')) as k));
  select ai_private.declare_table(target) into problems;
  if ai_private.has_errors(problems) then
    perform ai_private.refuse_declaration(target, problems);
  end if;
end
$pg_ai$;
comment on function ai_private.roll_back_table(oid, ai.revision) is 'Puts a table back to a revision';
revoke all on function ai_private.roll_back_table(oid, ai.revision) from public;
grant execute on function ai_private.roll_back_table(oid, ai.revision) to ai_owner;
