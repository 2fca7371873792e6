/**
 * SQL as people write it into actions, taken apart as far as needed to find its parameters and the ends of its statements. Everything else passes
 * through as it is. Parameters inside literals are text like any other: nothing is ever pasted into SQL.
 */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'parameter';
      /** `{{user.id}}` is ["user", "id"]. */
      readonly path: readonly string[];
      /** Of `{{name: type}}`. */
      readonly type?: string;
      readonly written: string;
    };

export interface Statement {
  readonly pieces: readonly Piece[];
  /** Words outside of all brackets, in lower case, and '' for what stands between them: they tell what kind of a statement it is. */
  readonly words: readonly string[];
}

export interface SqlText {
  readonly statements: readonly Statement[];
  /** What keeps the text from being taken apart. */
  readonly mistake?: string;
  /** What looks like a parameter inside literals, where it is text. */
  readonly quoted: readonly { readonly name: string; readonly written: string }[];
}

const PART = String.raw`(?:[\p{L}_][\p{L}\p{N}_]*|"(?:[^"]|"")+")`;
const BRACED = new RegExp(String.raw`\{\{\s*(${PART}(?:\.${PART})*)\s*(?::\s*([^{}]+?))?\s*\}\}`, 'uy');
const COLON = new RegExp(String.raw`:(${PART}(?:\.${PART})*)`, 'uy');
/** In a literal: {{name}}, or :name that is neither a cast nor after a word, as in HH24:MI. */
const QUOTED = /\{\{\s*([\p{L}_][\p{L}\p{N}_]*)[^{}]*\}\}|(?<![\p{L}\p{N}_:]):([\p{L}_][\p{L}\p{N}_]*)/gu;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d[\w.]*/y;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const SPACE = /\s+/y;

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const pathOf = (written: string): string[] =>
  [...written.matchAll(new RegExp(PART, 'gu'))].map(([part]) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );

/** Line ends in literals and quoted names travel as NUL, so that indenting leaves them alone: see `verbatim` in ../emit/sql.ts. */
const keep = (text: string): string => text.replaceAll('\r', '').replaceAll('\n', '\u0000');

export interface ReadOptions {
  /** PL/pgSQL is one piece: its semicolons are its own. */
  readonly whole?: boolean;
  /** Comments are left out: what follows an expression must not become part of one. */
  readonly dropComments?: boolean;
}

export const readSql = (source: string, options: ReadOptions = {}): SqlText => {
  const statements: Statement[] = [];
  const quoted: { name: string; written: string }[] = [];
  const literal = (inside: string): void => {
    for (const [written, braced, name] of inside.matchAll(QUOTED)) quoted.push({ name: braced ?? name ?? '', written });
  };
  let pieces: Piece[] = [];
  let words: string[] = [];
  let text = '';
  let at = 0;
  const open: string[] = [];
  /** Whether what came before can end a value: then a colon in brackets parts the bounds of a slice. */
  let afterValue = false;

  const flush = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  const end = (): void => {
    flush();
    const last = pieces.at(-1);
    if (last?.kind === 'text') pieces[pieces.length - 1] = { kind: 'text', text: last.text.trimEnd() };
    if (words.length > 0 || pieces.some((piece) => piece.kind === 'parameter' || piece.text.trim() !== ''))
      statements.push({ pieces, words });
    pieces = [];
    words = [];
  };
  const between = (): void => {
    if (open.length === 0 && words.at(-1) !== '') words.push('');
  };
  const mistaken = (mistake: string): SqlText => ({ statements: [], quoted, mistake });
  const closing = (from: number, quote: string, escapes: boolean): number => {
    for (let i = from; i < source.length; i++) {
      if (escapes && source[i] === '\\') i++;
      else if (source[i] === quote) {
        if (source[i + 1] !== quote) return i;
        i++;
      }
    }
    return -1;
  };

  while (at < source.length) {
    const c = source.charAt(at);
    const two = source.slice(at, at + 2);
    const space = match(SPACE, source, at);
    if (space !== null) {
      if (text !== '' || pieces.length > 0) text += space[0].replaceAll('\r', '');
      at += space[0].length;
      continue;
    }
    if (two === '--') {
      const close = source.indexOf('\n', at);
      const comment = source.slice(at, close < 0 ? source.length : close);
      if (options.dropComments !== true) text += `${comment}${close < 0 ? '\n' : ''}`;
      at += comment.length;
      continue;
    }
    if (two === '/*') {
      let depth = 0;
      let i = at;
      do {
        const here = source.slice(i, i + 2);
        depth += here === '/*' ? 1 : here === '*/' ? -1 : 0;
        i += here === '/*' || here === '*/' ? 2 : 1;
      } while (depth > 0 && i < source.length);
      if (depth > 0) return mistaken('a comment is never closed');
      text += options.dropComments === true ? ' ' : keep(source.slice(at, i));
      at = i;
      continue;
    }
    if (c === "'") {
      const escapes = /(?:^|[^\p{L}\p{N}_$"])[eE]$/u.test(text);
      const unicode = /(?:^|[^\p{L}\p{N}_$"])[uU]&$/u.test(text);
      const close = closing(at + 1, "'", escapes);
      if (close < 0) return mistaken('a text in single quotes is never closed');
      const inside = source.slice(at + 1, close);
      literal(inside);
      // Whoever calls may set standard_conforming_strings: with the E form a backslash means the same to everybody.
      text +=
        !escapes && !unicode && inside.includes('\\')
          ? `E'${keep(inside.replaceAll('\\', '\\\\'))}'`
          : `'${keep(inside)}'`;
      between();
      at = close + 1;
      afterValue = true;
      continue;
    }
    if (c === '"') {
      const close = closing(at + 1, '"', false);
      if (close < 0) return mistaken('a name in double quotes is never closed');
      text += keep(source.slice(at, close + 1));
      between();
      at = close + 1;
      afterValue = true;
      continue;
    }
    const dollar = c === '$' ? match(DOLLAR, source, at) : null;
    if (dollar !== null) {
      const close = source.indexOf(dollar[0], at + dollar[0].length);
      if (close < 0) return mistaken(`a text in ${dollar[0]} is never closed`);
      literal(source.slice(at + dollar[0].length, close));
      text += keep(source.slice(at, close + dollar[0].length));
      between();
      at = close + dollar[0].length;
      afterValue = true;
      continue;
    }
    const isSlice = open.at(-1) === ']' && afterValue;
    const parameter =
      two === '{{' ? match(BRACED, source, at) : c === ':' && !isSlice ? match(COLON, source, at) : null;
    if (two === '{{' && parameter === null)
      return mistaken(`"${source.slice(at, at + 20).split('\n')[0]}" does not name a parameter: write {{name}}`);
    if (parameter !== null && parameter !== undefined) {
      flush();
      const type = parameter[2];
      pieces.push({
        kind: 'parameter',
        path: pathOf(parameter[1] ?? ''),
        ...(type === undefined ? {} : { type }),
        written: parameter[0],
      });
      between();
      at += parameter[0].length;
      afterValue = true;
      continue;
    }
    if (two === '::' || two === ':=') {
      text += two;
      at += 2;
      afterValue = false;
      continue;
    }
    const word = match(WORD, source, at) ?? match(NUMBER, source, at);
    if (word !== null) {
      if (open.length === 0) words.push(word[0].toLowerCase());
      text += word[0];
      at += word[0].length;
      afterValue = true;
      continue;
    }
    if (c === ';' && options.whole !== true) {
      if (open.length > 0) return mistaken(`"${open.at(-1)}" is missing`);
      end();
      at++;
      afterValue = false;
      continue;
    }
    between();
    if (c === '(' || c === '[') open.push(c === '(' ? ')' : ']');
    if (c === ')' || c === ']') {
      if (open.pop() !== c) return mistaken(`there is a "${c}" too many`);
    }
    afterValue = c === ')' || c === ']';
    text += c;
    at++;
  }
  if (open.length > 0) return mistaken(`"${open.at(-1)}" is missing`);
  end();
  return { statements, quoted };
};

const VERBS = ['select', 'insert', 'update', 'delete', 'merge', 'values', 'table'];

/** Whether a statement gives rows: a query, or a change with RETURNING. */
export const givesRows = ({ words }: Statement): boolean => {
  // After WITH the names of the queries come first, each followed by AS.
  const verb = words.find((word, i) => VERBS.includes(word) && (i === 0 || words[i + 1] !== 'as'));
  if (verb === undefined) return false;
  return verb === 'select' || verb === 'values' || verb === 'table' || words.includes('returning');
};

/** A statement or expression with each parameter put in as what `resolve` says. */
export const withParameters = (
  pieces: readonly Piece[],
  resolve: (parameter: Extract<Piece, { kind: 'parameter' }>) => string,
): string => pieces.map((piece) => (piece.kind === 'text' ? piece.text : resolve(piece))).join('');
