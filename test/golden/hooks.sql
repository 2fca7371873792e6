-- A table with hooks before validation, before and after the statement; read beside what it compiles to.
create schema hooks;
create table hooks.person (
  id integer primary key,
  email text not null,
  age integer
);
create function hooks.tidy(ctx jsonb) returns jsonb language sql immutable
as $$ select jsonb_build_object('inputs', jsonb_build_object('email', lower(ctx #>> '{inputs,email}'))) $$;
comment on table hooks.person is '{
  "operations": {
    "create": {"optional": ["age"], "hooks": ["validation", "greet"]},
    "fetch": {"hooks": ["greet"]}
  },
  "fields": {"email": {"format": "email"}}
}';
insert into ai.hooks (name, relation, operation, phase, settings, function)
values ('tidy', 'hooks.person', 'create', 'pre', '{"before_validation": true}', 'hooks.tidy');
insert into ai.hooks (name, relation, operation, phase, condition, language, code)
values ('adult', 'hooks.person', 'create', 'pre', $$(inputs ->> 'age')::int < 18$$, 'plpgsql', $$
begin
  raise exception 'too young' using errcode = 'PI310';
end $$);
insert into ai.hooks (name, phase, settings, language, code)
values ('greet', 'post', '{"only_named": true}', 'sql', $$
  select jsonb_build_object('result', jsonb_build_object('greeting', 'hello ' || (ctx #>> '{row,email}')))
$$);
-- Calls and what they give.
select ai.generate_mutation('create', 'hooks.person', '{"id": 1, "email": "A@B.de", "age": 18}');
--> {"id": 1, "age": 18, "email": "a@b.de", "greeting": "hello a@b.de"}
select ai.explain_mutation('create', 'hooks.person', '{"id": 2, "email": "A@B.de", "age": 17}') #>> '{refused,sqlstate}';
--> PI310
select ai.explain_mutation('create', 'hooks.person', '{"id": 2, "email": "", "age": 17}') #>> '{refused,sqlstate}';
--> PI100
select ai.generate_mutation('fetch', 'hooks.person', '{"id": 1}');
--> {"id": 1, "age": 18, "email": "a@b.de", "greeting": "hello a@b.de"}
