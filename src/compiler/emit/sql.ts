/** Words that SQL or PL/pgSQL would not take as a bare name. Quoting one too many does no harm. */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization begin between bigint binary bit boolean both by case cast char character check ' +
    'close coalesce collate collation column commit concurrently constant constraint continue create cross current current_catalog current_date current_role ' +
    'current_schema current_time current_timestamp current_user cursor debug dec decimal declare default deferrable desc diagnostics distinct do dump ' +
    'else elsif end errcode error except exception execute exists exit extract false fetch float for foreach foreign forward found freeze from full ' +
    'get grant greatest group grouping having if ilike import in info initially inner inout insert int integer intersect interval into is isnull ' +
    'join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value last lateral ' +
    'leading least left like limit localtime localtimestamp log loop merge_action message move national natural nchar new next no none normalize not ' +
    'notice notnull null nullif numeric of off offset old on only open option or order out outer overlaps overlay perform placing position precision ' +
    'primary raise real references relative return returning returns reverse right row rows row_number select session_user setof similar slice smallint ' +
    'some stacked strict substring symmetric system_user table tablesample text then time timestamp to trailing treat trim true type unicode union unique ' +
    'update use_column use_variable user using value values varchar variadic variable_conflict verbose warning when where while window with ' +
    'xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
);

/** PL/pgSQL reads these words in the middle of statements, where a variable of that name would be taken for them however it is quoted. */
const MISREAD = ['stacked', 'diagnostics'];
export const isMisread = (name: string): boolean => MISREAD.includes(name);

/** The variable of a column's input: it bears the column's name. */
export const variable = (name: string): string => (isMisread(name) ? `"${name} (input)"` : ident(name));

/** A name as SQL writes it. */
export const ident = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** A string literal on one line. Backslashes need the E form, whatever standard_conforming_strings says. */
export const literal = (text: string): string => {
  const quoted = text.replaceAll("'", "''");
  return /[\\\n\r]/.test(text)
    ? `E'${quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
    : `'${quoted}'`;
};

/**
 * SQL from the catalog (a default, a CHECK) may hold literals with line ends, which indenting would change. They travel as NUL, which no
 * PostgreSQL text can hold, until the body is finished.
 */
export const verbatim = (expression: string): string => portable(expression).replaceAll('\n', '\u0000');

/**
 * PostgreSQL prints literals for standard_conforming_strings = on, and callers may have it off: then '\' would swallow the quote that ends it.
 * With the E form a backslash means the same to everybody.
 */
const portable = (expression: string): string =>
  expression.replace(/E'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"]|"")*"|'(?:[^']|'')*'/g, (token) =>
    token.startsWith("'") && token.includes('\\') ? `E${token.replaceAll('\\', '\\\\')}` : token,
  );

/** A jsonb literal. Keys keep the order in which they were written. */
export const jsonb = (value: unknown): string => `${literal(JSON.stringify(value))}::jsonb`;

/** A text[] literal. */
export const textArray = (values: readonly string[]): string =>
  `${literal(`{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`)}::text[]`;

/** Whether a quoted name goes over a line end. Literals never do (see `literal` and `verbatim`), so quotes stand in pairs on a line. */
const hasNameOverLines = (text: string): boolean => {
  for (let quote = text.indexOf('"'); quote !== -1; ) {
    const end = text.indexOf('"', quote + 1);
    if (end === -1 || text.slice(quote, end).includes('\n')) return true;
    quote = text.indexOf('"', end + 1);
  }
  return false;
};

/**
 * Indents lines, but none that begins inside a quoted name: the spaces would become part of it. Names with line ends in them are so rare that
 * stepping over comments, names and literals is left out where there is none; inside the database, where regular expressions are slow, it would
 * be half of what compiling takes.
 */
export const indent = (text: string, by = 2): string => {
  const margin = ' '.repeat(by);
  if (!hasNameOverLines(text))
    return text
      .split('\n')
      .map((line) => (line === '' ? line : margin + line))
      .join('\n');
  const indented = text.replace(/--[^\n]*|'[^']*'|"[^"]*"|\n(?=[^\n])/g, (token) =>
    token === '\n' ? `\n${margin}` : token,
  );
  return text.startsWith('\n') ? indented : margin + indented;
};

/** Comment lines must not end early, whatever stands in a name. */
export const comment = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => `-- ${line}`.trimEnd())
    .join('\n');

/** A dollar-quoted body, with a tag that the body does not hold. */
export const dollarQuoted = (indented: string): string => {
  const body = indented.replaceAll('\u0000', '\n');
  let tag = '$pg_ai$';
  for (let i = 1; body.includes(tag.slice(0, -1)); i++) tag = `$pg_ai_${i}$`;
  return `${tag}\n${body}\n${tag}`;
};
