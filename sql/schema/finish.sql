-- The end of ai_owner's right to create anything outside ai_gen. The router comes with the first operation, never with this script:
-- what a script creates belongs to the extension, and pg_dump leaves that out.
revoke create on schema ai, ai_private from ai_owner;
