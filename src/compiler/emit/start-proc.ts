import type { Operation } from '../ir.ts';
import { judgesCalls } from '../policy/ir.ts';

/**
 * A caller can name a function that plv8 or pljs runs before the first JavaScript of a role in a session, as that role. A definer function that
 * reaches JavaScript (a trigger, a CHECK or a default of the table) would run it as ai_owner. A SET clause would say the same, but a role that is
 * not a superuser may not attach one for a parameter whose library is not loaded yet.
 */
export const START_PROC_SET =
  "pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''";

export const NO_START_PROC = `-- Nothing of the caller's runs before the JavaScript of others.
if ${START_PROC_SET} then
  perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
end if;`;

/** Reading a row by its key runs nothing but PostgreSQL's own code, unless a policy, a virtual column or a type brings other code along. */
export const mayReachOthers = ({ kind, security, table, key, hooks, policy }: Operation): boolean =>
  security === 'definer' &&
  !(
    kind === 'fetch' &&
    hooks.length === 0 &&
    !judgesCalls(policy) &&
    table.kind === 'r' &&
    !table.rowSecurity &&
    table.columns.every((column) => column.generated !== 'v') &&
    key.every(({ base }) => base.domain === undefined && base.equality === undefined)
  );
