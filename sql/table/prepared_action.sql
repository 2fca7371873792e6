-- As ai_private.prepared: compiled actions between compiling and applying, within one transaction.
create table ai_private.prepared_action (
  action_name text not null,
  fingerprint text not null,
  compiled jsonb not null,
  constraint prepared_action_pkey primary key (action_name)
);
comment on table ai_private.prepared_action is 'Compiled actions on their way to being applied';

grant select, insert, update, delete on ai_private.prepared_action to ai_owner;
