-- What pg_dump keeps of an extension's tables: all that users and their calls have put there. The texts of errors, the compiler's source and how
-- pg_ai was installed come with the extension itself; what is prepared never outlives its transaction; what errors were counted where and how far,
-- another server counts anew, and it has no workers yet. And no keys: a dump that holds
-- what is encrypted together with its key has nothing encrypted in it.
do $pg_ai$
declare
  r record;
begin
  for r in
    select c.oid
    from pg_catalog.pg_class c
    where c.relnamespace in ('ai'::pg_catalog.regnamespace, 'ai_private'::pg_catalog.regnamespace)
      and c.relkind in ('r', 'p', 'S')
      and c.oid not in ('ai_private.message'::pg_catalog.regclass, 'ai_private.javascript'::pg_catalog.regclass,
        'ai_private.installation'::pg_catalog.regclass, 'ai_private.prepared'::pg_catalog.regclass,
        'ai_private.prepared_action'::pg_catalog.regclass, 'ai_private.action_secret'::pg_catalog.regclass,
        'ai_private.metric_cursor'::pg_catalog.regclass, 'ai_private.error_seen'::pg_catalog.regclass,
        'ai_private.worker'::pg_catalog.regclass, 'ai_private.encryption_key'::pg_catalog.regclass)
      and c.relpersistence <> 'u'
  loop
    perform pg_catalog.pg_extension_config_dump(r.oid, '');
  end loop;
end
$pg_ai$;
