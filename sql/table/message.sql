-- What people read: one text for each code and language. The rows come from the error registry (src/errors/registry.ts) when the script is built.
create table ai_private.message (
  code text not null,
  language text not null,
  template text not null,
  constraint message_pkey primary key (code, language)
);
comment on table ai_private.message is 'Texts of errors by code and language; {name} is filled in';

-- to all, because whoever alters a declared table may have to be told something
grant select on ai_private.message to public;
