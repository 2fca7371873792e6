-- JavaScript that runs in the database, as text, so that it can be attached when a JavaScript language is installed later.
create table ai_private.javascript (
  name text not null,
  hash text not null,
  source text not null,
  constraint javascript_pkey primary key (name)
);
comment on table ai_private.javascript is 'The compiler as JavaScript; ai.attach_javascript() makes it a function';

grant select on ai_private.javascript to ai_owner, ai_worker, ai_admin;
