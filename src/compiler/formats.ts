import type { FORMATS } from './grammar.ts';

/**
 * The words of "format" as PostgreSQL regular expressions. They refuse what is certainly wrong; whether a mailbox exists, only a mail tells.
 * Each is linear for PostgreSQL's engine, which does not backtrack.
 */
export const FORMAT_PATTERNS: Readonly<Record<(typeof FORMATS)[number], string>> = {
  email:
    "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$",
  uri: '^[A-Za-z][A-Za-z0-9+.-]*:[^[:space:]]+$',
  uuid: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
  date: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
  time: '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?$',
  'date-time':
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$',
  ipv4: '^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])([.]|$)){4}$',
  ipv6: '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$',
  hostname: '^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$',
  slug: '^[a-z0-9]+(-[a-z0-9]+)*$',
  phone: '^[+]?[0-9][0-9 ().-]{4,22}[0-9]$',
};

/**
 * The same for texts of fewer than 64 characters, in which no label of a host name can be too long. PostgreSQL builds its automaton anew for each
 * match, and a bounded repetition makes it large: an address costs 90,000 instructions with "{0,61}" and 10,000 without.
 */
export const SHORT_PATTERNS: Readonly<Partial<Record<(typeof FORMATS)[number], string>>> = {
  email:
    "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$",
  hostname: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
};
