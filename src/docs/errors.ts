import { ERRORS, type ErrorEntry, INPUT_ERRORS, TEXTS } from '../errors/registry.ts';
import { code, generated, table } from './markdown.ts';

/** Subclasses of the class PI, by the third digit on. */
const CLASSES: Readonly<Record<string, string>> = {
  PI0: 'Declarations and their compilation',
  PI1: 'Calls',
  PI2: 'Policies',
  PI3: 'Hooks and actions',
  PI4: 'Events',
  PI5: 'Installation',
  PI9: 'Bugs',
};

const INTRODUCTION = `# Errors

Every error has a SQLSTATE, a short message, usually a DETAIL that is one JSON object, and a HINT that says what to do.
Where PostgreSQL has a SQLSTATE that fits, it is used: \`42501\` where something is not allowed, class \`23\` for broken constraints.
All others are of the class \`PI\`.

Messages are in English, or in Vietnamese after \`set pg_ai.language = 'vi'\`. Codes, fields and rules are the same in each language:
programs read those, people read the messages.

## A refused call

All that is wrong with the inputs of one call is told at once. DETAIL of \`PI100\`:

\`\`\`json
{
  "table": "shop.customers",
  "operation": "create",
  "errors": [
    { "field": "email", "code": "required", "rule": { "required": true }, "message": "email is missing" },
    { "field": "name", "code": "minLength", "rule": { "minLength": 2 }, "message": "name must have at least 2 characters" }
  ]
}
\`\`\`

\`field\` is the column, or null where the error is about the inputs as a whole; \`hook\` names the hook that made the input what it is, where one did. A broken constraint (class \`23\`) has the same DETAIL with
one entry, whose \`rule\` names the \`constraint\` and all its \`fields\`; the SQLSTATE is PostgreSQL's own. What a trigger of the table raises
comes through in its own words.`;

const title = (entry: ErrorEntry): string => {
  const [sqlstate = '', variant] = entry.code.split('.');
  return variant === undefined ? sqlstate : `${sqlstate} (${variant})`;
};

const section = (entry: ErrorEntry): string => {
  const lines = [`### ${title(entry)}`, '', entry.meaning, '', `- ${code(entry.en)}`, `- ${code(entry.vi)}`];
  if (entry.hint !== undefined) lines.push('', `Hint: ${entry.hint.en}`);
  return lines.join('\n');
};

export const errorsPage = (): string => {
  const classes = Object.entries(CLASSES).map(([prefix, name]) => {
    const entries = ERRORS.filter((entry) => entry.code.startsWith(prefix));
    return [`## ${prefix}: ${name}`, ...entries.map(section)].join('\n\n');
  });
  const covered = new Set(Object.keys(CLASSES));
  const homeless = ERRORS.filter((entry) => !covered.has(entry.code.slice(0, 3)));
  if (homeless.length > 0) throw new Error(`no class is named for ${homeless.map((entry) => entry.code).join(', ')}`);
  return `${[
    generated('src/errors/'),
    INTRODUCTION,
    '## Codes of single fields',
    'The `code` of an entry of `errors`. Most are the word of JSON Schema that is broken.',
    table(
      ['code', 'meaning', 'message', 'in Vietnamese'],
      INPUT_ERRORS.map((entry) => [code(entry.code), entry.meaning, code(entry.en), code(entry.vi)]),
    ),
    ...classes,
    '## Other texts',
    table(
      ['text', 'meaning', 'message'],
      TEXTS.map((entry) => [code(entry.code), entry.meaning, code(entry.en)]),
    ),
  ].join('\n\n')}\n`;
};
