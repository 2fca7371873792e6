-- One row for each operation that can be called. ai.generate_mutation finds the operation here by one index look-up;
-- "dispatch" is the number by which the generated router reaches its function without dynamic SQL.
create table ai.operation (
  relation regclass not null,
  operation text not null,
  qualified_name text not null,
  dispatch integer not null,
  state text not null,
  function_name text not null,
  -- The function's OID, for one question: may the caller execute it? A dump brings the OID of another database along, so a "no" is asked again by name.
  function_oid oid,
  -- The function for many calls at once, where there is one.
  bulk_function_name text,
  input_schema jsonb not null,
  output_schema jsonb not null,
  -- Checks and statement, for ai.explain_mutation.
  plan jsonb not null,
  roles text[] not null,
  description text,
  constraint operation_pkey primary key (relation, operation),
  constraint operation_dispatch_key unique (dispatch),
  constraint operation_function_name_key unique (function_name),
  constraint operation_relation_fkey foreign key (relation) references ai.declaration (relation) on delete cascade,
  constraint operation_state_known check (state in ('ready', 'pending', 'inconsistent'))
);
create index operation_by_name on ai.operation (qualified_name, operation);
comment on table ai.operation is 'Operations that tables declare, with their inputs and outputs as JSON Schema';

grant select on ai.operation to ai_owner, ai_admin, ai_worker, ai_user;
grant insert, update, delete on ai.operation to ai_owner;

create sequence ai_private.dispatch as integer minvalue 0 start with 0;
comment on sequence ai_private.dispatch is 'Numbers of operations; none is used twice';
grant usage on sequence ai_private.dispatch to ai_owner;
