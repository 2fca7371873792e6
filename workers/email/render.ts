import { type FilterImplOptions, Liquid, type Template } from 'liquidjs';

/** A template as ai.email_templates holds it, in the locale that was chosen. */
export interface EmailTemplate {
  readonly locale: string;
  readonly subject: string;
  readonly bodyText: string;
  readonly bodyHtml: string | null;
}

export interface RenderedEmail {
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
}

/** What SQL allows (ai_private.template_filters) of what liquidjs has; the others are ours. */
const FILTERS = [
  ...[
    'abs',
    'append',
    'capitalize',
    'ceil',
    'date',
    'default',
    'divided_by',
    'downcase',
    'first',
    'floor',
    'join',
    'last',
    'minus',
  ],
  ...[
    'modulo',
    'plus',
    'prepend',
    'raw',
    'remove',
    'replace',
    'reverse',
    'round',
    'size',
    'slice',
    'split',
    'strip',
    'strip_html',
    'times',
  ],
  ...['truncate', 'truncatewords', 'upcase', 'url_encode'],
] as const;
const TAGS = ['if', 'unless', 'case', 'for', 'assign', 'comment'] as const;

const escapeHtml = (value: unknown): string =>
  String(value ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Digits as they are: Intl reads them from text, so money keeps each cent. */
const format = (locale: string, options: Intl.NumberFormatOptions, value: unknown): string =>
  value === null || value === undefined || value === ''
    ? ''
    : new Intl.NumberFormat(locale, options).format(String(value) as Intl.StringNumericLiteral);

const own = (locale: string, html: boolean): Record<string, FilterImplOptions> => ({
  number: (value: unknown, digits?: number) =>
    format(locale, digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }, value),
  currency: (value: unknown, code: string) => format(locale, { style: 'currency', currency: code }, value),
  newline_to_br: html
    ? { raw: true, handler: (value: unknown) => escapeHtml(value).replace(/\r?\n/g, '<br>\n') }
    : (value: unknown) => value,
});

const createEngine = (locale: string, html: boolean): Liquid => {
  const engine = new Liquid({
    ...(html ? { outputEscape: escapeHtml } : {}),
    locale,
    strictFilters: true,
    ownPropertyOnly: true,
    // no files, whatever a template says
    templates: {},
    parseLimit: 1_000_000,
    renderLimit: 500,
    memoryLimit: 20_000_000,
  });
  const filters = { ...engine.filters };
  const tags = { ...engine.tags };
  for (const name of Object.keys(engine.filters)) delete engine.filters[name];
  for (const name of Object.keys(engine.tags)) delete engine.tags[name];
  for (const name of FILTERS) {
    const filter = filters[name];
    if (filter !== undefined) engine.filters[name] = filter;
  }
  for (const name of TAGS) {
    const tag = tags[name];
    if (tag !== undefined) engine.tags[name] = tag;
  }
  for (const [name, filter] of Object.entries(own(locale, html))) engine.registerFilter(name, filter);
  return engine;
};

interface Parsed {
  readonly subject: readonly Template[];
  readonly text: readonly Template[];
  readonly html: readonly Template[] | undefined;
}

/** Engines by locale, and what they have parsed: templates change seldom and are rendered often. */
export interface Renderer {
  /**
   * @param variables as readVariables gives them, checked against the template's schema
   * @throws Error where a filter is given what it cannot take, or rendering takes too long
   */
  render(template: EmailTemplate, variables: Readonly<Record<string, unknown>>): RenderedEmail;
}

const KEPT = 500;

export const createRenderer = (): Renderer => {
  const engines = new Map<string, { readonly plain: Liquid; readonly html: Liquid }>();
  const parsed = new Map<string, Parsed>();
  const enginesOf = (locale: string) => {
    let pair = engines.get(locale);
    if (pair === undefined) {
      pair = { plain: createEngine(locale, false), html: createEngine(locale, true) };
      engines.set(locale, pair);
    }
    return pair;
  };
  return {
    render(template, variables) {
      const { plain, html } = enginesOf(template.locale);
      const key = JSON.stringify([template.locale, template.subject, template.bodyText, template.bodyHtml]);
      let parts = parsed.get(key);
      if (parts === undefined) {
        parts = {
          subject: plain.parse(template.subject),
          text: plain.parse(template.bodyText),
          html: template.bodyHtml === null ? undefined : html.parse(template.bodyHtml),
        };
        if (parsed.size >= KEPT) parsed.clear();
        parsed.set(key, parts);
      }
      const run = (engine: Liquid, templates: readonly Template[]): string =>
        String(engine.renderSync([...templates], { ...variables }));
      return {
        // A subject is one line, whatever stands in the variables.
        subject: run(plain, parts.subject)
          .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
          .trim(),
        text: run(plain, parts.text),
        html: parts.html === undefined ? undefined : run(html, parts.html),
      };
    },
  };
};

/** Variables from JSON. A number whose digits JavaScript would lose (12.50, a long bigint) stays the text that it is. */
export const readVariables = (json: string): Record<string, unknown> => {
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? context.source
      : value;
  return JSON.parse(json, exact as (key: string, value: unknown) => unknown) as Record<string, unknown>;
};
