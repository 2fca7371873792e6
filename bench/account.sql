-- The table of the benchmark, and what it declares. The hand-written functions in baseline/ do the same with it.
create schema bench;
create table bench.account (
  id bigint generated always as identity primary key,
  email text not null unique,
  name text not null,
  age integer check (age >= 0),
  balance numeric(12, 2) not null default 0,
  status text not null default 'active',
  created_at timestamptz not null default now()
);
comment on table bench.account is '{
  "operations": {
    "create": {"required": ["email", "name"], "optional": ["age", "balance", "status"]},
    "update": {"optional": ["email", "name", "age", "balance", "status"]},
    "upsert": {"key": ["email"], "required": ["name"], "optional": ["age", "balance", "status"]},
    "delete": {},
    "fetch": {}
  },
  "fields": {
    "email": {"format": "email", "maxLength": 200},
    "name": {"minLength": 1, "maxLength": 100},
    "age": {"maximum": 150},
    "status": {"enum": ["active", "paused", "closed"]}
  }
}';
-- For the functions by hand; pg_ai's callers need nothing.
grant usage on schema bench to ai_user;
