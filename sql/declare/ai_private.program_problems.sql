-- What is wrong with a row of ai.hooks, ai.policies or ai.meta_actions by itself, before anything is compiled: each CHECK and each NOT NULL of these tables in words. A test holds
-- them against the catalog.
create function ai_private.program_problems(kind text, name text, written regclass, program jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with words as (
    select w.field, w.known, program ->> w.field as value
    from (values
      ('operation', '{create,update,delete,upsert,fetch}'::text[]),
      ('kind', '{access,rate_limit,input,data,limit}'),
      ('phase', '{pre,post,post_commit,on_error}'),
      ('language', '{sql,plpgsql,javascript}'::text[] || case kind when 'action' then '{steps}'::text[] end),
      ('security', '{definer,invoker}')
    ) as w (field, known)
  ),
  problem as (
    select 1 as position, a.attnum as place, a.attname::text as field, 'null is no value for it' as reason, coalesce('use one of: ' || array_to_string(w.known, ', '), 'give it a value') as suggestion
    from pg_attribute a left join words w on w.field = a.attname
    where a.attrelid = written and a.attnum > 0 and a.attnotnull and not a.attisdropped and program -> a.attname::text = 'null'
    union all
    select 2, 0, w.field, format('%s is not known', to_json(w.value)), ai_private.suggestion(w.value, w.known)
    from words w where w.value <> all (w.known)
    union all
    select 3, 0, r.field, r.reason, r.suggestion
    from (values
      (kind <> 'action' and program ->> 'name' !~ '^[a-z][a-z0-9_]{0,39}$', 'name',
        format('%s does not do for a name: a small letter, then at most 39 small letters, digits and underscores', to_json(program ->> 'name')),
        format('such as %s', coalesce(substring(regexp_replace(lower(program ->> 'name'), '[^a-z0-9]+', '_', 'g') from '[a-z][a-z0-9_]{0,37}[a-z0-9]'), 'normalise_email'))),
      (program ->> 'action_name' !~ '^[^[:cntrl:]]{1,100}$', 'action_name', 'a name has 1 to 100 characters, and no control characters among them', 'such as user_signup'),
      (program ->> 'action' is not null and (program ->> 'relation' is not null or program ->> 'operation' is not null), 'action',
        format('a %s is about an action, or about tables and their operations', kind), 'leave out the action, or relation and operation'),
      (kind = 'hook' and program ->> 'function' is not null and program ->> 'code' is not null, 'function', 'a hook is a function or code, and this is both', 'leave out the one or the other'),
      (kind = 'hook' and program ->> 'function' is null and program ->> 'code' is null, 'function', 'a hook is a function or code, and this is neither', 'the name of a function (ctx jsonb) returns jsonb with its schema, or code and its language'),
      (kind = 'hook' and program ->> 'code' is not null and program ->> 'language' is null, 'language', 'code is in a language', 'use one of: sql, plpgsql, javascript'),
      (kind = 'hook' and program ->> 'code' is null and program ->> 'function' is not null and program ->> 'language' is not null, 'language', 'a function has its language by itself', 'leave it out')
    ) as r (wrong, field, reason, suggestion)
    where r.wrong
  )
  select coalesce(jsonb_agg(jsonb_build_object('severity', 'error', 'path', format('%s %s: %s', kind, name, p.field), 'reason', p.reason, 'suggestion', p.suggestion) order by p.position, p.place), '[]')
  from problem p
$pg_ai$;
comment on function ai_private.program_problems(text, text, regclass, jsonb) is 'What is wrong with a row of hooks, policies or actions by itself';
revoke all on function ai_private.program_problems(text, text, regclass, jsonb) from public;
grant execute on function ai_private.program_problems(text, text, regclass, jsonb) to ai_owner, ai_admin;
