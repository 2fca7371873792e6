-- Names that need quotes, a key of two columns, composite and domain types, a row that the caller's own rights write.
create schema odd;
create type odd."Pair p" as (x integer, "Y y" text);
create domain odd.money as numeric(8,2) check (value >= 0);
create table odd."Line ""item""" (
  "order" integer,
  "no." smallint,
  "Pair" odd."Pair p",
  pairs odd."Pair p"[],
  price odd.money default 1,
  codes char(3)[],
  "line
break" text default 'a
b',
  span int4range,
  double numeric generated always as (price * 2) stored,
  primary key ("order", "no."),
  exclude using gist (span with &&)
);
comment on table odd."Line ""item""" is 'Lines of orders @ai({"operations": {"create": {"optional": "*"}, "update": {"optional": "*", "security": "invoker"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}) ends';

create table odd.loose (at timestamptz default now(), note text);
comment on table odd.loose is '{"operations": {"create": {"optional": ["note"], "returns": ["note"]}}}';

-- Calls and what they give.
select ai.generate_mutation('create', 'odd."Line ""item"""', '{"order": 1, "no.": 2, "Pair": {"x": 1}, "pairs": [{"Y y": "z"}, null], "codes": ["abc"], "span": "[1,3)"}');
--> {"no.": 2, "Pair": {"x": 1, "Y y": null}, "span": "[1,3)", "codes": ["abc"], "order": 1, "pairs": [{"x": null, "Y y": "z"}, null], "price": 1.00, "double": 2.00, "line\nbreak": "a\nb"}
select ai.generate_mutation('update', 'odd."Line ""item"""', '{"order": 1, "no.": 2, "price": 2.50, "line\nbreak": null}') -> 'double';
--> 5.00
select ai.generate_mutation('upsert', 'odd."Line ""item"""', '{"order": 1, "no.": 2, "codes": []}') -> 'price';
--> 2.50
select ai.generate_mutation('delete', 'odd."Line ""item"""', '{"order": 1, "no.": 2}') -> 'codes';
--> []
select ai_gen.odd__loose__create(note => 'x');
--> {"note": "x"}
