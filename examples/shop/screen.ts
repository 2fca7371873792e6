import { paint } from '../../src/cli/output.ts';

/** What the demo prints with: a person reads it, so it is laid out; colours only on a terminal. */

const WIDTH = 100;
const MARGIN = '  ';

const width = (text: string): number => [...text].length;
const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));
const padLeft = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text;

const write = (line = ''): void => {
  process.stdout.write(`${line}\n`.replace(/ +\n/g, '\n'));
};

/** A sentence or more, broken at words. */
const wrap = (text: string, columns: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

export const title = (text: string, under: readonly string[]): void => {
  write();
  write(`${MARGIN}${paint('bold', text)}`);
  for (const line of under) write(`${MARGIN}${paint('dim', line)}`);
  write();
};

export const section = (number: number, text: string): void => {
  const head = `── ${number} · ${text} `;
  write(paint(['bold', 'cyan'], head + '─'.repeat(Math.max(0, WIDTH - width(head)))));
  write();
};

export const say = (text: string): void => {
  for (const line of wrap(text, WIDTH - 2)) write(MARGIN + line);
  write();
};

/** A statement as it would be typed: the caller's name is the prompt. */
export const statement = (who: string, sql: string): void => {
  const prompt = `${who}=> `;
  sql
    .trim()
    .split('\n')
    .flatMap((line) => (width(prompt + line) < WIDTH ? [line] : line.replace(/, ('\{)/g, ',\n  $1').split('\n')))
    .forEach((line, i) => {
      write(`${MARGIN}${paint('dim', i === 0 ? prompt : ' '.repeat(prompt.length))}${paint('cyan', line)}`);
    });
  write();
};

/** Text as it is, such as generated code. */
export const verbatim = (text: string): void => {
  for (const line of text.split('\n')) write(`${MARGIN}${paint('dim', '│')} ${line}`);
  write();
};

export type Cell = string | number | bigint;

/** Numbers stand on the right. The last column takes the room that is left, over several lines where it must. */
export const table = (heads: readonly string[], rows: readonly (readonly Cell[])[]): void => {
  const texts = rows.map((row) => row.map(String));
  const last = heads.length - 1;
  const widths = heads.map((head, i) => Math.max(width(head), ...texts.map((row) => width(row[i] ?? ''))));
  const before = widths.slice(0, last).reduce((sum, w) => sum + w + 2, 0);
  widths[last] = Math.min(widths[last] ?? 0, Math.max(20, WIDTH - MARGIN.length - before));
  const line = (cells: readonly string[], right: (i: number) => boolean): string =>
    MARGIN + cells.map((cell, i) => (right(i) ? padLeft : pad)(cell, widths[i] ?? 0)).join('  ');
  const numeric = (i: number): boolean => rows.length > 0 && rows.every((row) => typeof row[i] !== 'string');
  write(paint('bold', line(heads, numeric)));
  write(
    paint(
      'dim',
      line(
        widths.map((w) => '─'.repeat(w)),
        () => false,
      ),
    ),
  );
  for (const row of texts) {
    wrap(row[last] ?? '', widths[last] ?? 0).forEach((part, i) => {
      write(line([...row.slice(0, last).map((cell) => (i === 0 ? cell : '')), part], numeric));
    });
  }
  write();
};

/** A row of the database, a field a line. `only` picks and orders fields. */
export const record = (row: Readonly<Record<string, unknown>>, only?: readonly string[]): void => {
  const names = only ?? Object.keys(row);
  const widest = Math.max(...names.map(width));
  const indent = MARGIN.length * 2 + widest + 2;
  for (const name of names) {
    const value = row[name];
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
    wrap(text, WIDTH - indent).forEach((line, i) => {
      if (i > 0) write(' '.repeat(indent) + line);
      else
        write(`${MARGIN}${MARGIN}${paint('green', pad(name, widest))}  ${value === null ? paint('dim', line) : line}`);
    });
  }
  write();
};

/** An answer that is no row. */
export const answer = (text: string): void => {
  for (const line of wrap(text, WIDTH - 4)) write(`${MARGIN}${MARGIN}${paint('green', line)}`);
  write();
};

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly errors: readonly FieldError[];
}

export interface FieldError {
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
}

/** An error as the caller gets it: what DETAIL says field by field, else the message. */
export const refusal = (error: Refusal): void => {
  const head = `${MARGIN}${paint('red', `✗ ${error.code}`)}`;
  if (error.errors.length === 0) {
    wrap(error.message, WIDTH - 10).forEach((line, i) => {
      write(i === 0 ? `${head}  ${line}` : MARGIN + ' '.repeat(9) + line);
    });
  } else {
    write(`${head}  ${error.message.split(/: |:\n/)[0]}:`);
    const widest = (of: (e: FieldError) => string): number => Math.max(...error.errors.map((e) => width(of(e))));
    const [fields, codes] = [widest((e) => e.field ?? 'inputs'), widest((e) => e.code)];
    for (const e of error.errors) {
      const lines = wrap(e.message, WIDTH - fields - codes - (codes === 0 ? 13 : 15));
      lines.forEach((line, i) => {
        const left =
          i === 0
            ? `${paint('yellow', pad(e.field ?? 'inputs', fields))}${codes === 0 ? '' : `  ${pad(e.code, codes)}`}`
            : ' '.repeat(fields + (codes === 0 ? 0 : codes + 2));
        write(`${MARGIN}${' '.repeat(9)}${left}  ${line}`);
      });
    }
  }
  for (const line of error.hint === undefined ? [] : wrap(error.hint, WIDTH - 11)) {
    write(`${MARGIN}${' '.repeat(9)}${paint('dim', line)}`);
  }
  write();
};

export const good = (text: string): void => write(`${MARGIN}${paint('green', '✓')} ${text}`);
export const bad = (text: string): void => {
  process.stderr.write(`\n${MARGIN}${paint('red', '✗', process.stderr)} ${text}\n`);
};
export const gap = (): void => write();
