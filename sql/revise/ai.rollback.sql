-- Puts a table or an action back to what it was at a revision (the number in ai.revision); without one, to the last that was in force before, is not what
-- is there now and was not rolled back itself. Of a table: its comments, its own hooks and policies, compiled together. It is a change like any other,
-- with the rights of whoever calls: a table's comments are its owner's to write. Recorded in ai.revision and told by the event pg_ai.rolled_back.
-- Returns the revision that this has made, or the one in force where nothing had to be changed.
-- Errors: PI101 no such revision, PI001 and PI007 what was right then is not any more, 42501. For ai_admin.
create function ai.rollback(name text, revision bigint default null)
returns bigint
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return ai_private.rollback(name, revision, pg_catalog.current_schemas(true));
end
$pg_ai$;
comment on function ai.rollback(text, bigint) is 'Puts a table or an action back to what it was at a revision';
revoke all on function ai.rollback(text, bigint) from public;
grant execute on function ai.rollback(text, bigint) to ai_admin;
