import type { Client } from 'pg';
import { compileAction } from '../compiler/action/compile.ts';
import type { ActionSnapshot } from '../compiler/action/snapshot.ts';
import type { Diagnostic } from '../compiler/diagnostic.ts';
import { type Finding, note, problem } from './finding.ts';

/** What doctor says of actions, and of the code of hooks. */
export const actions = async (client: Client): Promise<Finding[]> => [
  ...(await states(client)),
  ...(await texts(client)),
  ...(await privileges(client)),
  ...(await callers(client)),
  ...(await programs(client)),
  ...(await hooks(client)),
];

const states = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{
    name: string;
    state: string | null;
    stale: boolean;
    gone: boolean;
    problems: Diagnostic[] | null;
  }>(`
    select coalesce(m.action_name, a.action_name) as name, a.state, a.problems, m.action_name is null as gone,
      a.fingerprint is distinct from ai_private.fingerprint(ai_private.action_snapshot(m.action_name)) as stale
    from ai.meta_actions m full join ai.action a on a.action_name = m.action_name
    order by name`);
  return rows.flatMap(({ name, state, stale, gone, problems }) => {
    const about = `action ${name}`;
    if (gone) return [problem(about, 'its row is gone, and it is still registered', 'pg-ai compile')];
    switch (state) {
      case null:
        return [problem(about, 'its row was never compiled', 'pg-ai compile')];
      case 'pending':
        return [problem(about, 'it waits to be compiled', 'pg-ai compile')];
      case 'inconsistent': {
        const reasons = (problems ?? [])
          .filter(({ severity }) => severity === 'error')
          .map(({ path, reason, suggestion }) => `${path}: ${reason}${suggestion ? ` (${suggestion})` : ''}`);
        return [
          problem(
            about,
            `it is out of force: ${reasons.join('; ')}`,
            'mend its row or what it is about, then: pg-ai compile',
          ),
        ];
      }
      default:
        return [
          ...(state === 'disabled'
            ? [
                note(
                  about,
                  'it is switched off',
                  `update ai.meta_actions set enabled = true where action_name = ${literal(name)}`,
                ),
              ]
            : []),
          ...(stale
            ? [
                problem(
                  about,
                  'something that it is about, or the compiler, has changed since it was compiled',
                  'pg-ai compile',
                ),
              ]
            : []),
        ];
    }
  });
};

/** The functions of each action in force, against what the compiler of this pg-ai prints. */
const texts = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{
    name: string;
    snapshot: string;
    fingerprint: string;
    bodies: Record<string, string>;
  }>(`
    select a.action_name as name, s.snapshot::text as snapshot, a.fingerprint,
      coalesce((
        select jsonb_object_agg(p.proname, p.prosrc) from pg_proc p
        where p.pronamespace = 'ai_gen'::regnamespace and p.proname = any (a.helpers || a.function_name)
      ), '{}') as bodies
    from ai.action a
    cross join lateral (select ai_private.action_snapshot(a.action_name) as snapshot) as s
    where a.state = 'ready' and a.fingerprint = ai_private.fingerprint(s.snapshot)
    order by name`);
  return rows.flatMap(({ name, snapshot, fingerprint, bodies }) => {
    const { functions } = compileAction({ action: JSON.parse(snapshot) as ActionSnapshot, fingerprint });
    const missing = functions.filter((each) => bodies[each.name] === undefined);
    const edited = functions.filter(
      (each) => bodies[each.name] !== undefined && !each.text.includes(bodies[each.name] ?? ''),
    );
    const told = (list: typeof functions): string => list.map((each) => `ai_gen.${each.name}`).join(', ');
    return [
      ...(missing.length === 0
        ? []
        : [problem(`action ${name}`, `its functions are missing: ${told(missing)}`, 'pg-ai compile --force')]),
      ...(edited.length === 0
        ? []
        : [problem(`action ${name}`, `somebody has edited its functions: ${told(edited)}`, 'pg-ai compile --force')]),
    ];
  });
};

const privileges = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; statements: string }>(`
    select a.action_name as name, string_agg(m.statement || ';', ' ') as statements
    from ai.action a
    cross join lateral ai_private.missing_action_grants(a.action_name) as m
    where a.state = 'ready'
    group by a.action_name order by name`);
  return rows.map(({ name, statements }) =>
    problem(`action ${name}`, 'ai_owner, which runs it, lacks privileges', statements),
  );
};

const callers = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ role: string; there: boolean; actions: string }>(`
    select r.name as role, p.oid is not null as there, string_agg(a.action_name, ', ' order by a.action_name) as actions
    from ai.action a
    cross join lateral unnest(a.roles) as r (name)
    left join pg_roles p on quote_ident(p.rolname) = r.name
    where r.name <> 'public'
      and (p.oid is null or not pg_has_role(p.oid, 'ai_user', 'MEMBER') and not pg_has_role(p.oid, 'ai_admin', 'MEMBER'))
    group by r.name, p.oid order by r.name`);
  return rows.map(({ role, there, actions: names }) =>
    there
      ? problem(
          role,
          `may execute the actions ${names}, and not ai.execute_action: that takes the role ai_user`,
          `grant ai_user to ${role}`,
        )
      : problem(role, `is to execute the actions ${names}, and there is no such role`, `create role ${role}`),
  );
};

const NO_LANGUAGE = 'it is written in JavaScript, and this database has no language for it';
const INSTALL = 'install plv8 or pljs, then: select ai.attach_javascript()';

const programs = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; language: boolean; stored: boolean }>(`
    select m.action_name as name, to_regprocedure('ai_private.run_javascript(text, text, integer)') is not null as language,
      exists (select from ai_private.program p where p.name = ai_private.action_program(m)) as stored
    from ai.meta_actions m join ai.action a on a.action_name = m.action_name
    where m.language = 'javascript' and a.state = 'ready' order by name`);
  return rows.flatMap(({ name, language, stored }) =>
    !language
      ? [problem(`action ${name}`, NO_LANGUAGE, INSTALL)]
      : stored
        ? []
        : [problem(`action ${name}`, 'its JavaScript is not among the programs', 'pg-ai compile --force')],
  );
};

const hooks = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; language: boolean; made: boolean }>(`
    select h.name, h.language is distinct from 'javascript' or to_regprocedure('ai_private.run_javascript(text, text, integer)') is not null as language,
      (h.language is distinct from 'javascript' or exists (select from ai_private.program p where p.name = format('hook.%s.%s', h.name, md5(h.code))))
      and (h.language is null or h.language = 'javascript' or to_regprocedure(format('ai_gen.%I(jsonb)', '_hook_' || h.name)) is not null)
      and (h.condition is null or h.phase = 'post_commit' or to_regprocedure(format('ai_gen.%I(jsonb, jsonb, jsonb, text, text)', '_when_' || h.name)) is not null) as made
    from ai.hooks h where h.enabled order by h.name`);
  return rows.flatMap(({ name, language, made }) =>
    !language
      ? [problem(`hook ${name}`, NO_LANGUAGE, INSTALL)]
      : made
        ? []
        : [
            problem(
              `hook ${name}`,
              'what it is made of is missing',
              `update ai.hooks set enabled = enabled where name = ${literal(name)}`,
            ),
          ],
  );
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
