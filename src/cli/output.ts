import { styleText } from 'node:util';
import { describeError } from './errors.ts';

type Style = Parameters<typeof styleText>[0];

/** Results go to stdout; progress and errors to stderr. With --json stdout is one JSON document and nothing else. */
export type Output = {
  readonly json: boolean;
  /** A line of the result, for people. */
  line(text?: string): void;
  /** The result, for programs. */
  data(value: unknown): void;
  /** What happens just now. */
  progress(text: string): void;
  error(error: unknown): void;
};

export function createOutput(options: { json?: boolean | undefined }): Output {
  const json = options.json === true;
  return {
    json,
    line(text = '') {
      if (!json) process.stdout.write(`${text}\n`);
    },
    data(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress(text) {
      process.stderr.write(`${paint('dim', text, process.stderr)}\n`);
    },
    error(error) {
      const report = describeError(error);
      if (json) process.stdout.write(`${JSON.stringify({ error: report }, null, 2)}\n`);
      const code = report.code === undefined ? '' : ` (${report.code})`;
      const lines = [`${paint('red', 'error:', process.stderr)} ${report.message}${code}`];
      if (report.detail !== undefined) lines.push(detailText(report.detail));
      if (report.hint !== undefined) lines.push(`${paint('bold', 'hint:', process.stderr)} ${report.hint}`);
      process.stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

/** Colour where a person looks: on a terminal, and not where NO_COLOR is set. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

function detailText(detail: unknown): string {
  return typeof detail === 'string' ? detail : JSON.stringify(detail, null, 2);
}
