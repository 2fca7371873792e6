-- The row of a template for a reader: the locale itself, else what it is part of ("vi" for "vi-VN"), else English, else the first there is.
create function ai_private.email_template(template text, wanted text)
returns ai.email_templates
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select t
  from ai.email_templates t
  where t.name = template
  order by case when lower(replace(wanted, '_', '-')) || '-' like lower(t.locale) || '-%' then length(t.locale) end desc nulls last, t.locale = 'en' desc, t.locale
  limit 1
$pg_ai$;
comment on function ai_private.email_template(text, text) is 'The row of a template for a reader''s locale';
revoke all on function ai_private.email_template(text, text) from public;
grant execute on function ai_private.email_template(text, text) to ai_owner, ai_worker;
