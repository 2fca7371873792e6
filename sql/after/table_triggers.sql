create trigger email_templates_checked before insert or update on ai.email_templates
  for each row execute function ai_private.check_email_template();
create trigger email_locales_agree after insert or update on ai.email_templates
  for each statement execute function ai_private.check_email_locales();
