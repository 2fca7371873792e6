/** A JSON string: no bare control character, and only the escapes that JSON knows. */
const STRING = /"(?:[^"\\\p{Cc}]|\x7f|[\x80-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/**
 * Finds where a text stops being JSON. The engines word their own messages differently (and count differently), but a diagnostic must be
 * the same from every host of the compiler.
 */
export const findJsonMistake = (
  text: string,
): { readonly line: number; readonly column: number; readonly reason: string } | undefined => {
  let at = 0;
  class Mistake {
    readonly reason: string;
    constructor(reason: string) {
      this.reason = reason;
    }
  }
  const space = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  };
  const take = (pattern: RegExp, what: string): void => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw new Mistake(`expected ${what}`);
    at += match[0].length;
  };
  const list = (close: string, item: () => void): void => {
    at++;
    space();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      space();
      item();
      space();
      if (text[at] === close) {
        at++;
        return;
      }
      if (text[at] !== ',') throw new Mistake(`expected "," or "${close}"`);
      at++;
      space();
      if (text[at] === close) throw new Mistake('a comma before the end is not allowed');
    }
  };
  const string = (): void => take(STRING, 'a string in double quotes');
  const value = (): void => {
    space();
    const first = text[at];
    if (first === '{') {
      list('}', () => {
        string();
        space();
        if (text[at] !== ':') throw new Mistake('expected ":"');
        at++;
        value();
      });
    } else if (first === '[') list(']', value);
    else if (first === '"') string();
    else
      take(
        /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y,
        'a value (a string, number, object, array, true, false or null)',
      );
  };
  try {
    value();
    space();
    if (at < text.length) throw new Mistake('expected nothing more');
    return undefined;
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, reason: mistake.reason };
  }
};

/** Where the bracket that opens at `open` closes, minding strings; -1 when it does not. */
export const findClosing = (text: string, open: number): number => {
  let depth = 0;
  let inString = false;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '(' || c === '{' || c === '[') depth++;
    else if (c === ')' || c === '}' || c === ']') {
      depth--;
      if (depth === 0) return i;
    }
  }
  return -1;
};
