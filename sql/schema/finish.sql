-- The first root of the router (it knows no operation yet), the compiler where there is a language for it, and the end of ai_owner's right to
-- create anything outside ai_gen.
select pg_catalog.set_config('pg_ai.installing', 'on', true);
select ai_private.write_route('route', '{}', '{}');
alter function ai_gen.route(integer, jsonb, jsonb) owner to ai_owner;
select ai.attach_javascript();
revoke create on schema ai, ai_private from ai_owner;
