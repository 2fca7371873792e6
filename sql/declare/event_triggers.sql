-- Without these pg_ai works all the same: ai.compile(), or pg-ai compile, then does on request what they do by themselves.
-- Most servers let superusers alone create event triggers, some also a role of their own: trying is the only way to know.
do $pg_ai$
begin
  create event trigger pg_ai_on_ddl on ddl_command_end
    when tag in ('COMMENT', 'ALTER TABLE', 'ALTER FOREIGN TABLE', 'CREATE INDEX', 'ALTER INDEX', 'ALTER TYPE', 'ALTER DOMAIN', 'ALTER SCHEMA',
      'ALTER SEQUENCE', 'CREATE FUNCTION', 'ALTER FUNCTION', 'ALTER ROUTINE', 'CREATE AGGREGATE', 'ALTER AGGREGATE', 'CREATE TYPE', 'CREATE DOMAIN', 'ALTER EXTENSION')
    execute function ai_private.on_ddl();
  create event trigger pg_ai_on_drop on sql_drop
    execute function ai_private.on_drop();
exception when insufficient_privilege then
  raise notice 'pg_ai: % may not create event triggers; call ai.compile() after changing declarations or declared tables', current_user;
end
$pg_ai$;
