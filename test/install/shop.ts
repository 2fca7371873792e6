/** Tables with what a dump has to carry: identity, serial, enum, domain, a default that calls, a foreign key; and their declarations. */
export const shop = (role: string): string => `
  create schema shop;
  create type shop.status as enum ('new', 'paid');
  create domain shop.email as text check (value like '%@%');
  create function shop.code() returns text language sql as $$ select 'c' || '1' $$;
  create table shop.users (
    id bigint generated always as identity primary key,
    email shop.email not null unique,
    code text not null default shop.code()
  );
  create table shop.orders (
    id serial primary key,
    user_id bigint not null references shop.users,
    state shop.status not null default 'new',
    total numeric(12, 2) not null check (total >= 0)
  );
  grant ai_user to ${role};
  comment on table shop.users is 'People who buy. @ai({"operations": {"create": {"required": ["email"], "roles": ["${role}"]}, "fetch": true}})';
  comment on column shop.users.email is '@ai({"format": "email"})';
  comment on table shop.orders is '{"operations": {"create": {"optional": "*"}, "update": {"optional": ["state"]}, "delete": {"roles": ["ai_admin"]}}}';
`;
