-- fetch by hand: the row by its key, or null.
create function bench.fetch_account(inputs jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant bigint := inputs ->> 'id';
  new_row jsonb;
begin
  if jsonb_typeof(inputs) is distinct from 'object' or inputs - '{id}'::text[] <> '{}'
    or coalesce(jsonb_typeof(inputs -> 'id'), '') not in ('number', 'string')
  then
    raise exception using errcode = '22023', message = 'cannot fetch an account', detail = 'inputs: an object with a number "id"';
  end if;

  select to_jsonb(t) into new_row
  from bench.account as t
  where t.id = v_id;
  return new_row;
end
$$;
alter function bench.fetch_account(jsonb) owner to ai_owner;
grant execute on function bench.fetch_account(jsonb) to ai_user;

create function bench.fetch_account(p_id bigint)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  new_row jsonb;
begin
  select to_jsonb(t) into new_row
  from bench.account as t
  where t.id = p_id;
  return new_row;
end
$$;
alter function bench.fetch_account(bigint) owner to ai_owner;
grant execute on function bench.fetch_account(bigint) to ai_user;
