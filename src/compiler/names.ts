const LIMIT = 63;

/** FNV-1a over UTF-8, eight hexadecimal digits: short, deterministic and free of any engine's help. */
export const shortHash = (text: string): string => {
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
};

export const utf8 = (text: string): number[] => {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
};

/** Cuts a name to a number of bytes without splitting a character. */
export const cut = (name: string, bytes: number): string => {
  let kept = '';
  let used = 0;
  for (const character of name) {
    used += utf8(character).length;
    if (used > bytes) break;
    kept += character;
  }
  return kept;
};

export interface FunctionNames {
  readonly typed: string;
  /** JSON in, JSON out. */
  readonly json: string;
  /** An array of JSON in. */
  readonly bulk: string;
}

/**
 * `users__create`, `shop__users__create`: the schema `public` is left out. Names that hold "__" themselves, or are too long, get a hash,
 * so that two tables never share a function.
 */
export const functionNames = (schema: string, table: string, operation: string): FunctionNames => {
  const parts = schema === 'public' ? [table, operation] : [schema, table, operation];
  const ambiguous = parts.some((part) => part.includes('__') || part.startsWith('_') || part.endsWith('_'));
  const suffix = '__json';
  const plain = parts.join('__');
  const tooLong = utf8(plain + suffix).length > LIMIT;
  if (!ambiguous && !tooLong) return { typed: plain, json: `${plain}__json`, bulk: `${plain}__bulk` };
  const hash = shortHash(JSON.stringify([schema, table, operation]));
  const tail = `__${operation}_${hash}`;
  const base = cut(parts.slice(0, -1).join('__'), LIMIT - tail.length - suffix.length);
  return { typed: base + tail, json: `${base}${tail}__json`, bulk: `${base}${tail}__bulk` };
};
