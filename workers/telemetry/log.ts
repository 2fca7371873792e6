import { Logger as QueueLogger } from 'graphile-worker';
import { type Logger, pino } from 'pino';

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** One JSON object a line, on stdout. */
export const createLog = (level: Level): Logger =>
  pino({ name: 'pg-ai', level, formatters: { level: (label) => ({ level: label }) } });

/** What graphile-worker has to say, in our log. It reports each job at "info", which is what our own lines and metrics are for. */
export const queueLogger = (log: Logger): QueueLogger =>
  new QueueLogger((scope) => (level, message, meta) => {
    const fields = { queue: scope.label, ...(meta?.error === undefined ? {} : { err: meta.error }) };
    if (level === 'error') log.error(fields, message);
    else if (level === 'warning') log.warn(fields, message);
    else log.debug(fields, message);
  });
