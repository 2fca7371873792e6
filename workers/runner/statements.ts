/**
 * Tells statements that begin or end a transaction. What is done through a handler's db commits with "done" or not at all, and what is done outside of it at once:
 * a COMMIT in between would break the one, a BEGIN the other, whose connection goes on to other handlers.
 */

/** Comments, texts and quoted names, which may hold anything; what is left are words and punctuation. */
const OPAQUE =
  /--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/g;

const CONTROL =
  /^(?:begin|commit|end|abort|start\s+transaction|prepare\s+transaction|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;

/** @returns the words with which such a statement begins; undefined where there is none */
export const transactionControl = (sql: unknown): string | undefined => {
  const text = typeof sql === 'string' ? sql : String((sql as { text?: unknown } | null)?.text ?? '');
  // Most statements are told from it at a glance.
  if (!/\b(?:begin|commit|end|abort|transaction|rollback)\b/i.test(text)) return undefined;
  const bare = text.replaceAll(OPAQUE, ' ');
  // The END of a function's body in standard SQL.
  const holdsBody = /\bbegin\s+atomic\b/i.test(bare);
  for (const statement of bare.split(';')) {
    const found = CONTROL.exec(statement.trim());
    if (found !== null && !(holdsBody && /^end/i.test(found[0]))) return found[0].toLowerCase();
  }
  return undefined;
};
