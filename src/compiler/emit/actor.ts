/** Who acts: what the application says, else the user of the verified token that PostgREST passes on, else the role. */
export const ACTOR = `coalesce(
  nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
  nullif(pg_catalog.current_setting('role', true), 'none'),
  session_user)`;
