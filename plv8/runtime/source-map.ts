/** The place in the sources that a place in a bundle comes from, by the source map at the end of the bundle. */

const COMMENT = /\/\/# sourceMappingURL=data:application\/json;(?:charset=utf-8;)?base64,([A-Za-z0-9+/=]+)\s*$/;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const decode = (base64: string): string => {
  let bytes = '';
  for (let i = 0; i < base64.length; i += 4) {
    const [a = 0, b = 0, c = -1, d = -1] = [0, 1, 2, 3].map((j) => BASE64.indexOf(base64.charAt(i + j)));
    const three = (a << 18) | (b << 12) | (Math.max(c, 0) << 6) | Math.max(d, 0);
    bytes += `%${hex(three >> 16)}`;
    if (c >= 0) bytes += `%${hex(three >> 8)}`;
    if (d >= 0) bytes += `%${hex(three)}`;
  }
  return decodeURIComponent(bytes);
};
const hex = (value: number): string => (value & 255).toString(16).padStart(2, '0');

/** The numbers of a segment, base 64 VLQ. */
const numbers = (segment: string): number[] => {
  const found: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = BASE64.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if ((bits & 32) !== 0) continue;
    found.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return found;
};

export interface Origin {
  readonly source: string;
  readonly line: number;
}

/** Lines and columns count from 1. @returns undefined where the code has no map, or the map no such place */
export const originOf = (code: string, at: { readonly line: number; readonly column: number }): Origin | undefined => {
  const base64 = COMMENT.exec(code)?.[1];
  if (base64 === undefined) return undefined;
  const map = JSON.parse(decode(base64)) as { readonly sources: readonly string[]; readonly mappings: string };
  let source = 0;
  let line = 0;
  let best: Origin | undefined;
  map.mappings
    .split(';')
    .slice(0, at.line)
    .forEach((segments, index) => {
      let column = 0;
      for (const segment of segments.split(',').filter((each) => each !== '')) {
        const [columns = 0, sources, lines] = numbers(segment);
        column += columns;
        if (sources === undefined || lines === undefined) continue;
        source += sources;
        line += lines;
        if (index === at.line - 1 && (best === undefined || column < at.column))
          best = { source: map.sources[source] ?? '', line: line + 1 };
      }
    });
  return best;
};
