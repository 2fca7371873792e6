-- Triggers of one table fire in the order of their names.
create trigger hooks_are_built after insert or update or delete on ai.hooks
  for each row execute function ai_private.on_hook_change();
create trigger hooks_take_effect after insert or update or delete on ai.hooks
  for each row execute function ai_private.on_program_change();
create trigger policies_take_effect after insert or update or delete on ai.policies
  for each row execute function ai_private.on_program_change();
