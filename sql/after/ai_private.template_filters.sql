-- The filters that a template may use. workers/email/render.ts has no others.
create function ai_private.template_filters()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select array['abs', 'append', 'capitalize', 'ceil', 'currency', 'date', 'default', 'divided_by', 'downcase', 'first', 'floor', 'join', 'last', 'minus',
    'modulo', 'newline_to_br', 'number', 'plus', 'prepend', 'raw', 'remove', 'replace', 'reverse', 'round', 'size', 'slice', 'split', 'strip',
    'strip_html', 'times', 'truncate', 'truncatewords', 'upcase', 'url_encode']
$pg_ai$;
comment on function ai_private.template_filters() is 'The filters that a template may use';
revoke all on function ai_private.template_filters() from public;
grant execute on function ai_private.template_filters() to ai_owner, ai_worker;
