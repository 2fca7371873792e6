-- The JavaScript of hooks and actions as it runs: loops ask for the time. Named by what it is for and the md5 of what was written, so that a program never
-- changes: a session that has it evaluated need not look again.
create table ai_private.program (
  name text not null,
  code text not null,
  constraint program_pkey primary key (name)
);
comment on table ai_private.program is 'JavaScript of hooks and actions, as it runs';
grant select, insert, update, delete on ai_private.program to ai_owner;
