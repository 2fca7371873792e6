import { literal } from '../emit/sql.ts';
import type { FieldRules } from '../grammar.ts';
import type { Violation } from '../ir.ts';
import type { COMPLEXITIES } from './grammar.ts';

/** What a password of each level must have: characters, and how many of the four kinds. */
export const LEVELS: Readonly<
  Record<(typeof COMPLEXITIES)[number], { readonly characters: number; readonly kinds: number; readonly runs: boolean }>
> = {
  low: { characters: 8, kinds: 1, runs: true },
  medium: { characters: 10, kinds: 3, runs: true },
  high: { characters: 12, kinds: 4, runs: false },
};

const KINDS = ['[a-z]', '[A-Z]', '[0-9]', '[^a-zA-Z0-9]'];

const tooEasy = (text: string, level: keyof typeof LEVELS): string => {
  const { characters, kinds, runs } = LEVELS[level];
  const has = KINDS.map((kind) => `${text} ~ ${literal(kind)}`);
  return [
    `pg_catalog.char_length(${text}) < ${characters}`,
    ...(kinds === KINDS.length
      ? [`not (${has.join(' and ')})`]
      : kinds > 1
        ? [`${has.map((condition) => `(${condition})::integer`).join(' + ')} < ${kinds}`]
        : []),
    ...(runs ? [] : [`${text} ~ ${literal('(.)\\1\\1')}`]),
  ].join(' or ');
};

/** A text with `*` for any characters, as LIKE writes it. */
const like = (text: string): string => literal(text.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'));
const fits = (text: string, list: readonly string[]): string =>
  `${text} ilike any (array[${list.map(like).join(', ')}])`;

/** bcrypt reads no more than this. */
export const MOST_BYTES = 72;

/** What the words of policies forbid of a text. */
export const judgedViolations = (text: string, rules: FieldRules): readonly Violation[] => {
  const found: Violation[] = [];
  const add = (code: string, condition: string, rule: Readonly<Record<string, unknown>>): void => {
    found.push({ code, condition, rule });
  };
  if (rules.complexity !== undefined) {
    const { characters, kinds } = LEVELS[rules.complexity];
    add('complexity', `(${tooEasy(text, rules.complexity)})`, { complexity: rules.complexity, characters, kinds });
  }
  if (rules.allow !== undefined) add('allow', `not ${fits(text, rules.allow)}`, { allow: rules.allow });
  if (rules.deny !== undefined) add('deny', fits(text, rules.deny), { deny: rules.deny });
  if (rules.hash !== undefined)
    add('maxBytes', `pg_catalog.octet_length(${text}) > ${MOST_BYTES}`, { maxBytes: MOST_BYTES });
  return found;
};

/** Whether a text fits one of a list, as the database will judge it; for contradictions between lists. */
export const fitsOne = (text: string, list: readonly string[]): boolean =>
  list.some((pattern) =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^]*')}$`,
      'iu',
    ).test(text),
  );
