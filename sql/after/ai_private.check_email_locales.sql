-- After templates were written: all locales of one declare the same variables, so that a mail does not depend on its reader's language (PI410).
create function ai_private.check_email_locales()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  differing record;
begin
  if not current_setting('check_function_bodies')::boolean then
    return null;
  end if;
  select t.name, string_agg(t.locale, ', ' order by t.locale) as locales into differing
  from ai.email_templates t
  group by t.name
  having count(distinct t.variables) > 1
  order by t.name
  limit 1;
  if differing.name is not null then
    raise exception using
      errcode = 'PI410',
      message = ai_private.message('PI410.locales', jsonb_build_object('template', differing.name, 'locales', differing.locales)),
      hint = ai_private.message('PI410.locales.hint', '{}');
  end if;
  return null;
end
$pg_ai$;
alter function ai_private.check_email_locales() owner to ai_owner;
comment on function ai_private.check_email_locales() is 'Trigger: all locales of a template declare the same variables';
revoke all on function ai_private.check_email_locales() from public;
