-- What pg_dump keeps of an extension's tables: the users' declarations, history, audit trail and events. The texts and the compiler come with
-- the extension itself.
select pg_catalog.pg_extension_config_dump('ai.declaration', '');
select pg_catalog.pg_extension_config_dump('ai.operation', '');
select pg_catalog.pg_extension_config_dump('ai.revision', '');
select pg_catalog.pg_extension_config_dump('ai.revision_revision_seq', '');
select pg_catalog.pg_extension_config_dump('ai.audit_log', '');
select pg_catalog.pg_extension_config_dump('ai.audit_log_id_seq', '');
select pg_catalog.pg_extension_config_dump('ai.event_log', '');
select pg_catalog.pg_extension_config_dump('ai.event_log_id_seq', '');
