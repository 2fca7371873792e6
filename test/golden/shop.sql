-- A table as most are: an identity key, rules, a protected field, a version, a foreign key, CHECKs and defaults.
create schema shop;
create type shop.size as enum ('small', 'large');
create domain shop.email as text constraint looks_like_email check (value like '%@%');
create table shop.customer (
  id bigint generated always as identity primary key,
  email shop.email not null unique,
  password text not null,
  name varchar(40),
  size shop.size not null default 'small',
  balance numeric(10,2) not null default 0 constraint not_in_debt check (balance >= 0),
  tags text[],
  settings jsonb not null default '{"theme": "it''s dark"}',
  referrer bigint references shop.customer,
  since date, until date, constraint ordered check (since < until),
  version integer not null default 1,
  created_at timestamptz not null default now()
);
comment on column shop.customer.password is 'Hashed by the application. @ai({"protected": true, "minLength": 8})';
comment on table shop.customer is '{
  "description": "People who buy",
  "fields": {"email": {"format": "email"}, "tags": {"maxItems": 3, "uniqueItems": true}},
  "operations": {
    "create": {"required": ["email", "password"], "optional": ["name", "size", "balance", "tags", "settings", "referrer", "since", "until"], "defaults": {"name": "nobody"}},
    "update": {"optional": ["name", "size", "balance", "tags", "since", "until", "password"], "version": "version"},
    "upsert": {"key": ["email"], "required": ["password"], "optional": ["name"]},
    "delete": {"version": "xmin", "description": "Forgets a customer"},
    "fetch": {"returns": ["id", "email", "name", "version", "xmin"]}
  }
}';

-- Calls and what they give.
select ai.generate_mutation('create', 'shop.customer', '{"email": "a@b.example", "password": "12345678", "balance": 10.50}') - 'created_at';
--> {"id": 1, "name": "nobody", "size": "small", "tags": null, "email": "a@b.example", "since": null, "until": null, "balance": 10.50, "version": 1, "referrer": null, "settings": {"theme": "it's dark"}}
select ai_gen.shop__customer__update(id => 1, name => 'Ann', tags => '{a,b}', options => '{"expected_version": 1}') -> 'version';
--> 2
select ai.generate_mutation('upsert', 'shop.customer', '{"email": "a@b.example", "password": "87654321"}') ->> 'name';
--> Ann
select ai.generate_mutation('fetch', 'shop.customer', '{"id": 1}') - 'xmin';
--> {"id": 1, "name": "Ann", "email": "a@b.example", "version": 2}
select ai.generate_mutation('delete', 'shop.customer', '{"id": 1}') -> 'id';
--> 1
select ai.generate_mutation('fetch', 'shop.customer', '{"id": 1}') is null;
--> true
