import type { ColumnSnapshot } from '../catalog.ts';
import { type Diagnostic, error } from '../diagnostic.ts';
import type { FieldRules } from '../grammar.ts';
import { COMPLEXITIES } from './grammar.ts';
import { fitsOne, LEVELS } from './judged.ts';

type Word = keyof FieldRules;

const LARGER: readonly Word[] = ['minLength', 'minItems', 'minimum', 'exclusiveMinimum'];
const SMALLER: readonly Word[] = ['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum'];

/** One word that two policies say: the stricter of the two, or undefined where both cannot hold or cannot be put into one. */
const stricter = (word: Word, a: unknown, b: unknown): unknown => {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  if (LARGER.includes(word)) return Number(a) >= Number(b) ? a : b;
  if (SMALLER.includes(word)) return Number(a) <= Number(b) ? a : b;
  switch (word) {
    case 'complexity': {
      const levels: readonly unknown[] = COMPLEXITIES;
      return levels.indexOf(a) >= levels.indexOf(b) ? a : b;
    }
    case 'enum': {
      const both = (a as readonly unknown[]).filter((value) => (b as readonly unknown[]).includes(value));
      return both.length === 0 ? undefined : both;
    }
    case 'deny':
      return [...new Set([...(a as readonly string[]), ...(b as readonly string[])])];
    case 'uniqueItems':
      return true;
    // Once never returned or never audited, always.
    case 'returned':
    case 'audited':
      return false;
    default:
      return undefined;
  }
};

export interface FieldSource {
  readonly path: string;
  readonly rules: FieldRules;
}

/** The rules of a declaration and of policies together: where several say a word, the stricter holds. */
export const combineRules = (
  base: FieldRules,
  sources: readonly FieldSource[],
): { readonly rules: FieldRules; readonly diagnostics: readonly Diagnostic[] } => {
  if (sources.length === 0) return { rules: base, diagnostics: [] };
  const rules: Record<string, unknown> = { ...base };
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    for (const [word, value] of Object.entries(source.rules) as [Word, unknown][]) {
      if (value === undefined) continue;
      const known = rules[word];
      const both = known === undefined ? value : stricter(word, known, value);
      if (both === undefined)
        diagnostics.push(
          error(
            `${source.path}.${word}`,
            `contradicts what is said elsewhere: ${JSON.stringify(known)}`,
            'say it once, in the comment or in one policy',
          ),
        );
      else rules[word] = both;
    }
  }
  return { rules: rules as FieldRules, diagnostics };
};

/** Rules that no value can pass, and handling that makes no sense together. */
export const conflictsOf = (path: string, column: ColumnSnapshot, rules: FieldRules): Diagnostic[] => {
  const found: Diagnostic[] = [];
  const add = (reason: string, suggestion: string): void => {
    found.push(error(path, reason, suggestion));
  };
  const longest = Math.min(
    rules.maxLength ?? Infinity,
    rules.hash === undefined ? (column.base.length ?? Infinity) : Infinity,
  );
  const shortest = Math.max(
    rules.minLength ?? 0,
    rules.complexity === undefined ? 0 : LEVELS[rules.complexity].characters,
  );
  for (const [low, high] of [
    ['minLength', 'maxLength'],
    ['minItems', 'maxItems'],
    ['minimum', 'maximum'],
  ] as const) {
    const [least, most] = [rules[low], rules[high]];
    if (least !== undefined && most !== undefined && Number(least) > Number(most))
      found.push(
        error(
          `${path}.${low}`,
          `no value can have ${low} ${least} and ${high} ${most}`,
          'make the first the smaller one',
        ),
      );
  }
  if (rules.complexity !== undefined && LEVELS[rules.complexity].characters > longest)
    add(
      `no text of at most ${longest} characters has the complexity "${rules.complexity}", which takes ${LEVELS[rules.complexity].characters}`,
      'allow longer ones, or a lower level',
    );
  const listed = rules.enum ?? (rules.const === undefined ? undefined : [rules.const]);
  if (listed?.every((value) => isDenied(String(value), rules)))
    add('all values that are allowed are refused by "allow" or "deny"', 'take them from one of the lists');
  if (rules.allow?.every((text) => isDenied(text, rules)))
    add('all that "allow" lets pass "deny" refuses', 'take it from one of the two lists');
  else if (rules.allow?.every((text) => isDenied(text, rules) || !hasLength(text, shortest, longest)))
    add('no text that "allow" lets pass fits the other rules', 'see how long it may be, and what "deny" refuses');
  for (const secret of ['protected', 'hash', 'returned'] as const) {
    const unseen =
      secret === 'returned' ? rules.returned === false : rules[secret] !== undefined && rules[secret] !== false;
    if (unseen && rules.mask !== undefined)
      add(`"mask" says what callers see, and "${secret}" that they see nothing`, 'keep one of the two');
  }
  if (rules.protected === true && (rules.returned === true || rules.audited === true))
    add('"protected" says that the field is neither returned nor audited', 'keep one of the two');
  if (rules.hash !== undefined && rules.encrypt !== undefined)
    add('a hash is not to be read again, and "encrypt" is for what is', 'keep one of the two');
  if (rules.encrypt !== undefined && rules.audited === true)
    add('what is encrypted is neither audited nor in events', 'take "audited" away');
  if (rules.hash !== undefined && (rules.returned === true || rules.audited === true))
    add('what is hashed is neither returned nor audited', 'take "returned" and "audited" away');
  return found;
};

/** Whether a text, or one that the pattern stands for, can be so long. */
const hasLength = (text: string, shortest: number, longest: number): boolean => {
  const characters = [...text.replaceAll('*', '')].length;
  return characters <= longest && (text.includes('*') || characters >= shortest);
};

const isDenied = (value: string, rules: FieldRules): boolean =>
  (rules.deny !== undefined && fitsOne(value, rules.deny)) ||
  (rules.allow !== undefined && !value.includes('*') && !fitsOne(value, rules.allow));
