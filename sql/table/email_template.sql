-- What mails say. One row for each locale of a template; inserting or changing it checks that the text uses only variables that are declared, and
-- only what the template language has. Subject and texts are Liquid; body_html escapes what is put into it.
create table ai.email_templates (
  name text not null,
  -- a language tag; a mail in "vi-VN" is taken from vi-VN, else vi, else en, else the first there is
  locale text not null default 'en',
  subject text not null,
  body_text text not null,
  -- null: a mail with plain text alone
  body_html text,
  -- {"name": {"type": "string", …}}: the words of JSON Schema. A variable with a default may be left out.
  variables jsonb not null default '{}',
  description text,
  changed_at timestamptz not null default pg_catalog.now(),
  constraint email_templates_pkey primary key (name, locale),
  constraint email_templates_name_plain check (name ~ '^[a-z][a-z0-9_.-]{0,62}$'),
  constraint email_templates_locale_plain check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')
);
comment on table ai.email_templates is 'Mails as Liquid templates with typed variables, one row for each locale';
grant select on ai.email_templates to ai_owner, ai_worker;
grant select, insert, update, delete on ai.email_templates to ai_admin;
