-- Before a table's comments are written, or are to count again. For who owns the table.
create function ai_private.release_held(target oid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if not exists (select from pg_class c where c.oid = target and pg_has_role(session_user, c.relowner, 'MEMBER')) then
    raise exception using errcode = '42501', message = format('must be owner of table %s', target::regclass);
  end if;
  delete from ai_private.held h where h.relation = target;
end
$pg_ai$;
alter function ai_private.release_held(oid) owner to ai_owner;
comment on function ai_private.release_held(oid) is 'Makes a table''s own comments count again';
revoke all on function ai_private.release_held(oid) from public;
grant execute on function ai_private.release_held(oid) to ai_admin;
