-- Between compiling a declaration and putting it in force, the table's owner grants what it needs. This is where it waits meanwhile, always
-- within one transaction. Only the compiler's hosts write here: what stands here is executed as ai_owner.
create table ai_private.prepared (
  relation regclass not null,
  fingerprint text not null,
  compiled jsonb not null,
  constraint prepared_pkey primary key (relation)
);
-- Compressing what is gone at once would only take time.
alter table ai_private.prepared alter column compiled set storage external;
comment on table ai_private.prepared is 'Compiled declarations on their way to being applied';

grant select, insert, update, delete on ai_private.prepared to ai_owner;
