-- Triggers of one table fire in the order of their names.
create trigger hooks_are_read before insert or update on ai.hooks
  for each row execute function ai_private.before_program_change();
create trigger policies_are_read before insert or update on ai.policies
  for each row execute function ai_private.before_program_change();
create trigger hooks_are_built after insert or update or delete on ai.hooks
  for each row execute function ai_private.on_hook_change();
create trigger hooks_take_effect after insert or update or delete on ai.hooks
  for each row execute function ai_private.on_program_change();
create trigger actions_are_signed before insert or update on ai.meta_actions
  for each row execute function ai_private.before_action_change();
-- after it was signed
create trigger actions_are_well_formed before insert or update on ai.meta_actions
  for each row execute function ai_private.before_program_change();
create trigger actions_take_effect after insert or update or delete on ai.meta_actions
  for each row execute function ai_private.on_action_change();
create trigger policies_take_effect after insert or update or delete on ai.policies
  for each row execute function ai_private.on_program_change();

-- Whatever writes these logs while an action runs names it: the setting is looked at here, so that operations need not know of actions.
alter table ai.audit_log alter column action
  set default case when pg_catalog.current_setting('pg_ai.action', true) <> '' then ai_private.current_action() end;
alter table ai.event_log alter column action
  set default case when pg_catalog.current_setting('pg_ai.action', true) <> '' then ai_private.current_action() end;
