-- A small shop. Nothing here knows of pg_ai: what the tables say about their own data (types, keys, CHECKs, defaults) is all that
-- the declarations beside this file build on.
create schema shop;

create type shop.order_status as enum ('draft', 'placed', 'paid', 'shipped', 'cancelled');
create type shop.payment_method as enum ('card', 'transfer', 'cash', 'voucher');
create type shop.user_role as enum ('clerk', 'manager');
create type shop.address as (street text, city text, postcode text, country text);

create domain shop.email as text
  constraint email_has_an_at check (value ~ '^[^@[:space:]]+@[^@[:space:]]+$');
create domain shop.sku as text
  constraint sku_form check (value ~ '^[A-Z]{3}-[0-9]{4}$');
create domain shop.amount as numeric(12, 2)
  constraint amount_not_negative check (value >= 0);

create table shop.customers (
  id uuid not null default gen_random_uuid(),
  email shop.email not null,
  name text not null,
  phone text,
  address shop.address,
  tags text[] not null default '{}',
  preferences jsonb not null default '{}',
  credit_limit shop.amount not null default 0,
  created_at timestamptz not null default now(),
  constraint customers_pkey primary key (id),
  constraint customers_email_key unique (email)
);

-- Those who work in the shop.
create table shop.users (
  id bigint not null generated always as identity,
  email shop.email not null,
  password text not null,
  role shop.user_role not null default 'clerk',
  created_at timestamptz not null default now(),
  constraint users_pkey primary key (id),
  constraint users_email_key unique (email)
);

create table shop.products (
  id uuid not null default gen_random_uuid(),
  sku shop.sku not null,
  name varchar(80) not null,
  price shop.amount not null,
  price_with_vat numeric(12, 2) generated always as (round(price::numeric * 1.10, 2)) stored,
  stock integer not null default 0,
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  sold_during daterange,
  -- counts changes, so that two people who edit the same product notice each other
  version integer not null default 1,
  constraint products_pkey primary key (id),
  constraint products_sku_key unique (sku),
  constraint products_stock_not_negative check (stock >= 0)
);

create table shop.orders (
  id uuid not null default gen_random_uuid(),
  number bigint not null generated always as identity,
  customer_id uuid not null,
  status shop.order_status not null default 'draft',
  placed_at timestamptz,
  shipped_at timestamptz,
  note text,
  constraint orders_pkey primary key (id),
  constraint orders_number_key unique (number),
  constraint orders_customer_fkey foreign key (customer_id) references shop.customers (id),
  constraint orders_placed_when_not_draft check (status in ('draft', 'cancelled') or placed_at is not null),
  constraint orders_shipped_after_placed check (shipped_at >= placed_at)
);
create index orders_by_customer on shop.orders (customer_id);

create table shop.order_lines (
  order_id uuid not null,
  line smallint not null,
  product_id uuid not null,
  quantity integer not null,
  unit_price shop.amount not null,
  discount numeric(3, 2) not null default 0,
  total numeric(14, 2) generated always as (round(quantity * unit_price::numeric * (1 - discount), 2)) stored,
  constraint order_lines_pkey primary key (order_id, line),
  constraint order_lines_order_fkey foreign key (order_id) references shop.orders (id) on delete cascade,
  constraint order_lines_product_fkey foreign key (product_id) references shop.products (id),
  constraint order_lines_quantity_positive check (quantity > 0),
  constraint order_lines_discount_below_one check (discount >= 0 and discount < 1)
);
create index order_lines_by_product on shop.order_lines (product_id);

create table shop.payments (
  id uuid not null default gen_random_uuid(),
  order_id uuid not null,
  method shop.payment_method not null,
  amount shop.amount not null,
  reference text,
  paid_at timestamptz not null default now(),
  constraint payments_pkey primary key (id),
  constraint payments_order_fkey foreign key (order_id) references shop.orders (id),
  constraint payments_reference_key unique (order_id, reference),
  constraint payments_amount_positive check (amount > 0)
);
