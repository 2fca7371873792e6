/*
 * JSON in and out without losing a digit. A number of JSON that a number of JavaScript holds exactly is one; a larger whole number is a BigInt; a
 * fraction with more digits than that is a Digits. All of them go back as they came. The same in plv8 and pljs, which by themselves round what jsonb
 * holds, and differ about bigint.
 */

/** A fraction with more digits than a number holds. String(value) gives them; calculating with it is refused, because it would round. */
export class Digits {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
    Object.freeze(this);
  }
  toString(): string {
    return this.digits;
  }
  toJSON(): string {
    return this.digits;
  }
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.digits;
    throw new TypeError(`${this.digits} has more digits than a number holds: String(value) gives them all`);
  }
}

/** No JSON number in fewer characters than this can be inexact, and PostgreSQL prints no exponents. */
const MAYBE_LONG = /[0-9.]{16}/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?[0-9]+(?:[.][0-9]+)?/g;
/** Marks a text that stands for a number: jsonb holds no text with a NUL. */
const MARK = '\u0000';
const MARKED = /"\\u0000(-?[0-9.]+)"/g;

const HALVES = /[\ud800-\udfff]/u;

/** What keeps PostgreSQL from holding a text; undefined where nothing does. */
export const untext = (text: string): string | undefined =>
  text.includes(MARK) ? 'a NUL character' : HALVES.test(text) ? 'half a character (a lone surrogate)' : undefined;

/** The text with a replacement character for each that PostgreSQL cannot hold. */
export const storable = (text: string): string =>
  untext(text) === undefined ? text : text.replaceAll(MARK, '\ufffd').replace(/[\ud800-\udfff]/gu, '\ufffd');

/** A number's shortest decimal form without an exponent. */
const plain = (value: number): string => {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)([0-9]+)(?:[.]([0-9]+))?(?:e([+-][0-9]+))?$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return (
    sign +
    (point >= digits.length
      ? digits + '0'.repeat(point - digits.length)
      : `${digits.slice(0, point)}.${digits.slice(point)}`)
  );
};

const isExact = (token: string): boolean => {
  const value = Number(token);
  if (!token.includes('.')) return Number.isSafeInteger(value);
  return plain(value) === token.replace(/0+$/, '').replace(/[.]$/, '');
};

/** Reads what PostgreSQL prints of a jsonb. */
export const parse = (text: string): unknown => {
  if (!MAYBE_LONG.test(text)) return JSON.parse(text);
  let marked = false;
  const safe = text.replace(TOKEN, (token) => {
    if (token.length < 16 || token.charAt(0) === '"' || isExact(token)) return token;
    marked = true;
    return `"\\u0000${token}"`;
  });
  if (!marked) return JSON.parse(text);
  return JSON.parse(safe, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return value;
    const digits = value.slice(1);
    return digits.includes('.') ? new Digits(digits) : BigInt(digits);
  });
};

/** Writes JSON for PostgreSQL. What JSON has no word for is an error, where JSON.stringify would write null. */
export const stringify = (value: unknown): string => {
  let marked = false;
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key: string, given: unknown) {
    const own = this[key];
    if (typeof own === 'bigint' || own instanceof Digits) {
      marked = true;
      return MARK + String(own);
    }
    const where = key === '' ? '' : ` (${storable(key)})`;
    const wrong = untext(key) ?? (typeof given === 'string' ? untext(given) : undefined);
    if (wrong !== undefined) throw new TypeError(`PostgreSQL has no text with ${wrong}${where}`);
    if (typeof given === 'number' && !Number.isFinite(given))
      throw new TypeError(`JSON has no number ${given}${where}`);
    if (own instanceof Date && given === null) throw new TypeError(`an invalid Date${where}`);
    return given;
  });
  if (text === undefined) throw new TypeError(`a ${typeof value} is no JSON`);
  return marked ? text.replace(MARKED, '$1') : text;
};
