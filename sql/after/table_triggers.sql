create trigger email_templates_checked before insert or update on ai.email_templates
  for each row execute function ai_private.check_email_template();
create trigger email_locales_agree after insert or update on ai.email_templates
  for each statement execute function ai_private.check_email_locales();
create trigger email_templates_are_served after insert on ai.email_templates
  for each statement execute function ai_private.serve_emails();
create trigger subscriptions_are_checked before insert or update on ai.subscriptions
  for each row execute function ai_private.check_subscription();
create trigger subscriptions_take_effect after insert or update or delete on ai.subscriptions
  for each row execute function ai_private.on_subscription_change();
create trigger webhook_endpoints_are_checked before insert or update on ai.webhook_endpoints
  for each row execute function ai_private.check_webhook_endpoint();
create trigger email_suppressions_in_lower_case before insert or update on ai.email_suppressions
  for each row execute function ai_private.lower_address();
-- Transition tables belong to one event each.
create trigger webhook_endpoints_in_use_stay after delete on ai.webhook_endpoints
  referencing old table as gone for each statement execute function ai_private.keep_used_endpoints();
create trigger webhook_endpoints_in_use_keep_their_names after update on ai.webhook_endpoints
  referencing old table as gone for each statement execute function ai_private.keep_used_endpoints();
create trigger email_templates_in_use_stay after delete on ai.email_templates
  referencing old table as was for each statement execute function ai_private.keep_used_templates();
create trigger email_templates_in_use_keep_what_they_take after update on ai.email_templates
  referencing old table as was for each statement execute function ai_private.keep_used_templates();
