-- What a caller sees of a text: all of it where they have one of the roles in clear_for, else its beginning and end as the mask says. Where the
-- hidden part would be shorter than three characters, nothing is shown. Roles are those of the login, or of SET ROLE.
create function ai_private.masked(value jsonb, mask jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case
    when jsonb_typeof(value) is distinct from 'string' then value
    when mask ? 'clear_for' and exists (
      select from jsonb_array_elements_text(mask -> 'clear_for') as r (name)
      where pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user)::name, r.name::name, 'usage')
    ) then value
    when mask ->> 'as' = 'email' then to_jsonb(case when strpos(value #>> '{}', '@') > 1
      then left(value #>> '{}', 1) || '***@' || split_part(value #>> '{}', '@', 2) else '***' end)
    when char_length(value #>> '{}') < (mask ->> 'show_first')::integer + (mask ->> 'show_last')::integer + 3 then '"***"'
    else to_jsonb(left(value #>> '{}', (mask ->> 'show_first')::integer) || '***' || right(value #>> '{}', (mask ->> 'show_last')::integer))
  end
$pg_ai$;
comment on function ai_private.masked(jsonb, jsonb) is 'What a caller sees of a text';
revoke all on function ai_private.masked(jsonb, jsonb) from public;
grant execute on function ai_private.masked(jsonb, jsonb) to ai_owner, ai_admin, ai_user;
