-- A failed call's transaction takes everything back that it wrote, but no sequence: so errors are counted in sequences. Each is a cell that holds in
-- one number which operation failed (20 bits: ai.operation.dispatch), with which SQLSTATE (26 bits) and how often since the cell was taken (17 bits).
-- ai_private.gather_metrics adds what is new to ai_private.metric, and frees cells in which nothing is new. Errors that find no cell are counted in
-- error_elsewhere without saying whose they are.
-- Unlogged: a refused call writes no WAL and takes no transaction id. After a crash of the server, errors that were not gathered are not counted.
do $pg_ai$
begin
  for cell in 0 .. 23 loop
    execute pg_catalog.format('create unlogged sequence ai_private.error_cell_%s as bigint', cell);
    execute pg_catalog.format('comment on sequence ai_private.error_cell_%s is ''Counts one kind of error''', cell);
    execute pg_catalog.format('grant usage, select, update on sequence ai_private.error_cell_%s to ai_owner', cell);
  end loop;
end
$pg_ai$;
create unlogged sequence ai_private.error_elsewhere as bigint;
comment on sequence ai_private.error_elsewhere is 'Counts errors that found no cell';
grant usage, select on sequence ai_private.error_elsewhere to ai_owner;

-- What of each cell is counted already; cell -1 is error_elsewhere.
create table ai_private.error_seen (
  cell integer not null,
  subject bigint not null,
  errors bigint not null,
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  constraint error_seen_pkey primary key (cell)
);
comment on table ai_private.error_seen is 'How much of each error cell is gathered';
grant select, insert, update, delete on ai_private.error_seen to ai_owner;
