import { literal } from '../emit/sql.ts';

/**
 * SQL expressions of policies. They stand as they are in generated functions, so they are read token by token first: nothing in them may end the
 * expression and begin something else, and the names `row`, `inputs` and `actor` get the meaning that they have at the place in question.
 * Whether the rest is an expression, and a boolean one, PostgreSQL says in a probe.
 */
export type Token =
  | { readonly kind: 'space' | 'symbol' | 'literal'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'row' | 'input'; readonly name: string }
  | { readonly kind: 'inputs' | 'actor' };

export interface Expression {
  readonly source: string;
  readonly tokens: readonly Token[];
  /** Columns that are named as row.<column>. */
  readonly rows: readonly string[];
  /** Inputs that are named as inputs.<input>. */
  readonly inputs: readonly string[];
  /** Whether the whole of the inputs is named. */
  readonly allInputs: boolean;
  readonly actor: boolean;
  /** Whether current_user is named, which in a function that runs with other rights is not who calls. */
  readonly currentUser: boolean;
  /** Words that may be columns of which nobody says whose they are; none where there is a subquery, which has columns of its own. */
  readonly bare: readonly string[];
  /** What is called as a function, with its schema. */
  readonly calls: readonly (readonly [schema: string, name: string])[];
}

/** Names of the generated function's own, which a subquery's aliases would take away from it. */
const OWN_ALIASES = ['t', 'n', 'o', 'd', 'u', 'i', 'l', 'given'];
const REFUSED_SCHEMAS = ['ai_private', 'ai_gen'];
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/uy;
const QUOTED = /"((?:[^"]|"")+)"/y;
const STRING = /'((?:[^']|'')*)'/y;
const ESCAPED = /[eE]'((?:[^'\\]|\\[\s\S]|'')*)'/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /[-+*/<>=~!@#%^&|`?]+|::|[()[\],.:]/y;
const SPACE = /\s+/y;

/** Why a text cannot stand as an expression. */
export class NoExpression {
  readonly reason: string;
  readonly suggestion: string;
  constructor(reason: string, suggestion: string) {
    this.reason = reason;
    this.suggestion = suggestion;
  }
}

/** What begins at a place, and where the next one begins. */
const tokenAt = (text: string, at: number): readonly [token: Token, next: number] => {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const read = (found: RegExpExecArray, token: Token): readonly [Token, number] => [token, at + found[0].length];
  const space = match(SPACE);
  if (space !== null) return read(space, { kind: 'space', text: ' ' });
  if (/^(?:--|\/\*)/.test(text.slice(at, at + 2)))
    throw new NoExpression('a comment cannot stand in an expression', 'say it in the description');
  if (/^[uU]&["']/.test(text.slice(at, at + 3)))
    throw new NoExpression('U&… cannot stand in an expression', 'write the characters themselves');
  const escaped = match(ESCAPED);
  if (escaped !== null)
    return read(escaped, {
      kind: 'literal',
      text: escaped[0].replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
    });
  const string = match(STRING);
  if (string !== null) return read(string, { kind: 'literal', text: literal((string[1] ?? '').replaceAll("''", "'")) });
  const quoted = match(QUOTED);
  if (quoted !== null)
    return read(quoted, {
      kind: 'word',
      text: quoted[0],
      name: (quoted[1] ?? '').replaceAll('""', '"'),
      quoted: true,
    });
  const word = match(WORD);
  if (word !== null) {
    // As PostgreSQL folds names: letters outside of ASCII stay as they are.
    const name = word[0].replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    return read(word, { kind: 'word', text: word[0], name, quoted: false });
  }
  const symbol = match(NUMBER) ?? match(SYMBOL);
  if (symbol === null) {
    const found = text.charAt(at);
    throw new NoExpression(
      `${JSON.stringify(found)} cannot stand in an expression`,
      found === "'" || found === '"' ? 'close the quotes' : 'a policy is one expression, not a statement',
    );
  }
  if (/--|\/\*/.test(symbol[0]))
    throw new NoExpression('a comment cannot stand in an expression', 'put a space between');
  return read(symbol, { kind: 'symbol', text: symbol[0] });
};

const scan = (text: string): Token[] => {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const [token, next] = tokenAt(text, at);
    tokens.push(token);
    at = next;
  }
  return tokens;
};

const checkBrackets = (tokens: readonly Token[]): void => {
  const open: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'symbol') continue;
    if (token.text === '(' || token.text === '[') open.push(token.text);
    if (token.text === ')' && open.pop() !== '(')
      throw new NoExpression('a bracket closes that is not open', 'count the brackets');
    if (token.text === ']' && open.pop() !== '[')
      throw new NoExpression('a bracket closes that is not open', 'count the brackets');
  }
  if (open.length > 0) throw new NoExpression('a bracket is not closed', 'count the brackets');
};

type Word = Extract<Token, { kind: 'word' }>;
const isWord = (token: Token | undefined): token is Word => token?.kind === 'word';
const isSymbol = (token: Token | undefined, text: string): boolean => token?.kind === 'symbol' && token.text === text;
const isPlain = (token: Token | undefined, ...names: readonly string[]): boolean =>
  isWord(token) && !token.quoted && names.includes(token.name);

/** Reads an expression. @throws NoExpression */
export const readExpression = (source: string): Expression => {
  const scanned = scan(source);
  checkBrackets(scanned);
  // The parts of a name may have spaces between them, so these are looked at without.
  const solid = scanned.filter((token) => token.kind !== 'space');
  if (solid.length === 0) throw new NoExpression('there is nothing in it', 'write an expression that is true or false');
  const subquery = solid.some((token) => isPlain(token, 'select', 'table', 'values'));
  const found = {
    rows: new Set<string>(),
    inputs: new Set<string>(),
    bare: new Set<string>(),
    calls: new Map<string, readonly [string, string]>(),
  };

  const meanings = new Map<Token, Token | undefined>();
  solid.forEach((token, i) => {
    if (!isWord(token) || meanings.has(token)) return;
    const [before, next, after] = [solid[i - 1], solid[i + 1], solid[i + 2]];
    refuseWord(token, subquery && !isSymbol(before, '.'));
    if (isSymbol(before, '.')) {
      const schema = solid[i - 2];
      if (isSymbol(next, '(') && isWord(schema)) addCall(found.calls, schema.name, token.name);
      return;
    }
    const member = isSymbol(next, '.') && isWord(after) ? after.name : undefined;
    if (member !== undefined && isPlain(token, 'row', 'inputs')) {
      const kind = token.name === 'row' ? 'row' : 'input';
      (kind === 'row' ? found.rows : found.inputs).add(member);
      meanings.set(token, { kind, name: member });
      for (const part of solid.slice(i + 1, i + 3)) meanings.set(part, undefined);
    } else if (isPlain(token, 'inputs')) meanings.set(token, { kind: 'inputs' });
    else if (isSymbol(next, '(')) addCall(found.calls, 'pg_catalog', token.name);
    else if (isPlain(token, 'row'))
      throw new NoExpression('a whole `row` cannot be looked at', 'name a column of it: row.<column>');
    else if (isPlain(token, 'actor')) meanings.set(token, { kind: 'actor' });
    else if (
      !subquery &&
      !isSymbol(next, '.') &&
      !isSymbol(before, '::') &&
      !isPlain(before, 'as') &&
      next?.kind !== 'literal'
    )
      found.bare.add(token.name);
  });
  const tokens = scanned.flatMap((token) => (meanings.has(token) ? (meanings.get(token) ?? []) : [token]));
  return {
    source,
    tokens,
    rows: [...found.rows],
    inputs: [...found.inputs],
    allInputs: tokens.some(({ kind }) => kind === 'inputs'),
    actor: tokens.some(({ kind }) => kind === 'actor'),
    currentUser: solid.some((token) => isPlain(token, 'current_user', 'current_role', 'user')),
    bare: [...found.bare],
    calls: [...found.calls.values()],
  };
};

const refuseWord = (token: Word, amongAliases: boolean): void => {
  if (REFUSED_SCHEMAS.includes(token.name))
    throw new NoExpression(`${token.name} is pg_ai’s own schema`, 'use functions of your own');
  if (isPlain(token, 'into')) throw new NoExpression('INTO cannot stand in an expression', 'take it out');
  if (amongAliases && OWN_ALIASES.includes(token.name))
    throw new NoExpression(
      `"${token.name}" is a name that the compiler uses itself`,
      'take a longer alias in the subquery',
    );
};

const addCall = (calls: Map<string, readonly [string, string]>, schema: string, name: string): void => {
  calls.set(`${schema}.${name}`, [schema, name]);
};

/** What the names of an expression mean at one place of a function. */
export interface Binding {
  readonly row: (column: string) => string;
  readonly input: (name: string) => string;
  readonly inputs: string;
  readonly actor: string;
}

/** The expression in brackets, with its names bound. */
export const bind = (expression: Expression, binding: Binding): string =>
  `(${expression.tokens
    .map((token) => {
      switch (token.kind) {
        case 'row':
          return binding.row(token.name);
        case 'input':
          return binding.input(token.name);
        case 'inputs':
          return binding.inputs;
        case 'actor':
          return binding.actor;
        default:
          return token.text;
      }
    })
    .join('')
    .trim()})`;
