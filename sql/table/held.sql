-- Declarations that were taken back while their comments stay as they are: only a table's owner may write its comments, and going back must not
-- wait for one. As long as the table's comments are those that were refused, the ones that were kept count in their place
-- (ai_private.catalog_snapshot); whatever comment is written next counts again.
create table ai_private.held (
  relation regclass not null,
  -- as ai_private.declared_comments tells them
  refused jsonb not null,
  kept jsonb not null,
  constraint held_pkey primary key (relation)
);
comment on table ai_private.held is 'Comments that count in place of those that a table has';
grant select on ai_private.held to ai_owner, ai_worker;
grant insert, update, delete on ai_private.held to ai_owner;
