-- The compiler inside the database, where a JavaScript language is. As an extension it stays a function of its own: were it a member,
-- dropping the language with CASCADE would take all of pg_ai along. Hence pg_dump keeps it, and a restore must not meet one already:
-- CREATE EXTENSION leaves it to the dump when the session looks like pg_dump's script (which turns row_security off).
do $pg_ai$
declare
  language text;
  as_extension constant boolean := exists (select from pg_catalog.pg_extension e where e.extname = 'pg_ai');
begin
  if as_extension and (not pg_catalog.current_setting('row_security')::boolean or pg_catalog.current_setting('application_name') = 'pg_restore') then
    return;
  end if;
  if as_extension then
    -- an extension's script may not replace what is not its member
    drop function if exists ai_private.compile_text(text);
  end if;
  select ai.attach_javascript() into language;
  if as_extension and language <> 'none' then
    alter extension pg_ai drop function ai_private.compile_text(text);
  end if;
end
$pg_ai$;
