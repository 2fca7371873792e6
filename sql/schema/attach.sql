-- JavaScript inside the database, where a language for it is. As an extension its functions stay outside: were they members,
-- dropping the language with CASCADE would take all of pg_ai along. Hence pg_dump keeps them, and a restore must not meet them already:
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
    drop function if exists ai_private.compile_text(text), ai_private.run_javascript(text, text, integer), ai_private.prepare_javascript(text);
  end if;
  select ai.attach_javascript() into language;
  if as_extension and language <> 'none' then
    alter extension pg_ai drop function ai_private.compile_text(text);
    alter extension pg_ai drop function ai_private.run_javascript(text, text, integer);
    alter extension pg_ai drop function ai_private.prepare_javascript(text);
  end if;
end
$pg_ai$;
