-- ai: what people call and read. ai_private: the machinery. ai_gen: what the compiler writes, and nothing else.
create schema ai;
create schema ai_private;
create schema ai_gen;

comment on schema ai is 'pg_ai: call ai.generate_mutation(operation, table_name, inputs), ask ai.describe()';
comment on schema ai_private is 'pg_ai: internal; nothing here is for calling';
comment on schema ai_gen is 'pg_ai: functions compiled from declarations; edit the declaration, never the function';

grant usage on schema ai to ai_owner, ai_admin, ai_worker, ai_user;
grant usage on schema ai_private to ai_owner, ai_admin, ai_worker, ai_user;
grant usage on schema ai_gen to ai_owner, ai_admin, ai_worker, ai_user;

-- ai_owner writes ai_gen for good. In the two others it only needs CREATE while this script hands functions to it (sql/schema/finish.sql takes it back).
grant create on schema ai_gen to ai_owner;
grant create on schema ai, ai_private to ai_owner;
