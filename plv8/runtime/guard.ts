/*
 * Neither plv8 nor pljs can be told how long code may run, and a hook that loops would hold its transaction until somebody cancels it. So the
 * conditions of loops ask for the time: `while (a)` becomes `while (TICK(),a)`, `for (;;)` becomes `for (;TICK(),true;)`. Lines stay what they are.
 * Loops over arrays and recursion end by themselves. `throw a` becomes `throw TICK(1),a`: what a program throws is told from what the engine throws.
 */

/** What the code of a hook calls at each turn of a loop. */
export const TICK = '$pg_ai_tick';

const SPACE = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/y;
const WORD =
  /#?(?:[\p{ID_Start}$_]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})*/uy;
const NUMBER = /(?:0[xXoObB][0-9a-fA-F_]+|(?:[0-9][0-9_]*[.]?[0-9_]*|[.][0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)n?/y;
const STRING = /'(?:[^'\\\n\r]|\\[\s\S])*'|"(?:[^"\\\n\r]|\\[\s\S])*"/y;
const REGEX = /\/(?:[^/\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[a-zA-Z]*/y;
/** The text of a template up to its end or its next expression. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const PUNCTUATION = /\+\+|--|=>|\?\.(?![0-9])|[\s\S]/y;

/** After these a slash begins a regular expression, although they look like values. */
const BEFORE_VALUE = new Set(
  'return typeof case in of delete void throw new instanceof do else yield await extends'.split(' '),
);
const CONTROL = new Set(['if', 'while', 'for', 'with', 'switch']);

interface Bracket {
  readonly open: '(' | '[' | '{' | '${';
  /** Whether what follows the closing bracket is the beginning of a statement or an operand, and not the rest of an expression. */
  readonly endsStatement: boolean;
  /** The header of a loop: where its first semicolon is still to come. */
  header?: 'for' | undefined;
}

/**
 * The code with a call of TICK in each loop's condition, and after each `throw` where asked for.
 * @returns undefined where the code cannot be read
 */
export const guardLoops = (code: string, throws = false): string | undefined => {
  const brackets: Bracket[] = [];
  const inserts: { readonly at: number; readonly text: string }[] = [];
  let at = 0;
  /** The last token that is no space, and whether a value may have ended with it. */
  let last = '';
  let afterValue = false;
  /** A loop's word that waits for its bracket. */
  let loop: 'while' | 'for' | undefined;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    if (match === null || match[0] === '') return undefined;
    at += match[0].length;
    return match[0];
  };
  const template = (): boolean => {
    const part = take(TEMPLATE);
    if (part === undefined) return false;
    if (part.endsWith('${')) {
      brackets.push({ open: '${', endsStatement: false });
      last = '${';
      afterValue = false;
    } else {
      last = '`';
      afterValue = true;
    }
    return true;
  };

  while (at < code.length) {
    if (take(SPACE) !== undefined) continue;
    const start = at;
    const first = code.charAt(at);
    if (first === '"' || first === "'") {
      if (take(STRING) === undefined) return undefined;
      last = 'string';
      afterValue = true;
      continue;
    }
    if (first === '`') {
      at++;
      if (!template()) return undefined;
      continue;
    }
    if (first === '/' && !afterValue) {
      if (take(REGEX) === undefined) return undefined;
      last = 'regex';
      afterValue = true;
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      const member = last === '.' || last === '?.';
      const key =
        !member && /^(?:\s|\/\*[\s\S]*?\*\/)*:/.test(code.slice(at, at + 200)) && (last === '{' || last === ',');
      if (!member && !key) {
        if (word === 'while' || word === 'for') loop = word;
        else if (word !== 'await') loop = undefined;
        if (word === 'throw' && throws) inserts.push({ at, text: ` ${TICK}(1),` });
      }
      last = word;
      afterValue = member || !BEFORE_VALUE.has(word);
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      last = 'number';
      afterValue = true;
      continue;
    }
    const mark = take(PUNCTUATION) ?? '';
    switch (mark) {
      case '(': {
        const control = CONTROL.has(last) || (last === 'await' && loop === 'for');
        const isLoop = loop !== undefined && (last === loop || last === 'await');
        brackets.push({ open: '(', endsStatement: control, header: isLoop && loop === 'for' ? 'for' : undefined });
        if (isLoop && loop === 'while') inserts.push({ at, text: `${TICK}(),` });
        loop = undefined;
        afterValue = false;
        break;
      }
      case '[':
        brackets.push({ open: '[', endsStatement: false });
        afterValue = false;
        break;
      case '{':
        // An object stands where a value may; everything else is a block or a body.
        brackets.push({
          open: '{',
          endsStatement: !(
            /^[(,=:[!&|?+\-*/%^~<>]$/.test(last) ||
            last === '${' ||
            (BEFORE_VALUE.has(last) && last !== 'do' && last !== 'else')
          ),
        });
        afterValue = false;
        break;
      case ')':
      case ']':
      case '}': {
        const bracket = brackets.pop();
        const expected = { ')': ['('], ']': ['['], '}': ['{', '${'] }[mark];
        if (bracket === undefined || !expected.includes(bracket.open)) return undefined;
        if (bracket.open === '${') {
          if (!template()) return undefined;
          continue;
        }
        afterValue = !bracket.endsStatement;
        break;
      }
      case ';': {
        const header = brackets.at(-1);
        if (header?.header === 'for') {
          header.header = undefined;
          take(SPACE);
          inserts.push({ at, text: code.charAt(at) === ';' ? `${TICK}(),true` : `${TICK}(),` });
        }
        afterValue = false;
        break;
      }
      case '++':
      case '--':
        // After a value they belong to it; before one, they wait for it.
        break;
      default:
        afterValue = false;
    }
    last = code.slice(start, start + mark.length);
  }
  if (brackets.length > 0) return undefined;
  let guarded = '';
  let from = 0;
  for (const insert of inserts) {
    guarded += code.slice(from, insert.at) + insert.text;
    from = insert.at;
  }
  return guarded + code.slice(from);
};
