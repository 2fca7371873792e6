import { error } from '../diagnostic.ts';
import { ident } from '../emit/sql.ts';
import type { Step } from './grammar.ts';
import type { Place } from './values.ts';

/** Random bytes from PostgreSQL's own generator; each version 4 UUID holds 122 of their bits. */
export const token = ({ generate_token: wanted, format }: Step): string => {
  const bytes = wanted === true || wanted === undefined ? 32 : wanted;
  const uuid = 'pg_catalog.uuid_send(pg_catalog.gen_random_uuid())';
  const pieces = Array.from(
    { length: Math.ceil(bytes / 32) },
    () => `pg_catalog.sha256(${uuid} || ${uuid} || ${uuid})`,
  );
  const random = `substring(${pieces.join(' || ')} from 1 for ${bytes})`;
  return format === 'base64url'
    ? `pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(${random}, 'base64'), E'+/\\n', '-_'), '=')`
    : `pg_catalog.encode(${random}, 'hex')`;
};

/** A value hashed, as SQL; nothing where that cannot be. */
export const hashOf = ({ action, findings }: Place, at: string, step: Step, value: string): string | undefined => {
  const algorithm = step.algorithm ?? 'bcrypt';
  if (algorithm !== 'bcrypt') {
    if (step.cost !== undefined)
      findings.diagnostics.push(error(`${at}.cost`, `${algorithm} has no cost`, 'leave it out'));
    return `pg_catalog.encode(pg_catalog.${algorithm}(pg_catalog.convert_to(${value}, 'UTF8')), 'hex')`;
  }
  if (action.pgcrypto === null) {
    findings.diagnostics.push(
      error(
        `${at}.algorithm`,
        'bcrypt needs the extension pgcrypto, which this database does not have',
        'create extension pgcrypto',
      ),
    );
    return undefined;
  }
  const schema = ident(action.pgcrypto);
  return `${schema}.crypt(${value}, ${schema}.gen_salt('bf', ${step.cost ?? 10}))`;
};
