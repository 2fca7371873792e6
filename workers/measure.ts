import type pg from 'pg';
import type { Logger } from 'pino';

/** Counts calls for ai.metrics, and puts back what fails since it was changed. */
export interface Measuring {
  stop(): Promise<void>;
}

export interface MeasuringOptions {
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Default 3000. */
  readonly everyMs?: number;
}

interface PutBack {
  readonly kind: string;
  readonly name: string;
  readonly from_revision: string;
  readonly to_revision: string | null;
  readonly reason: string;
}

/** Of several workers one does it at a time; the others find it done. */
export const startMeasuring = ({ pool, log, everyMs = 3000 }: MeasuringOptions): Measuring => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const pass = async (): Promise<void> => {
    const { rows } = await pool.query<{ gathered: string | null }>('select ai.gather_metrics() as gathered');
    if (rows[0]?.gathered === null) return;
    const { rows: found } = await pool.query<PutBack>('select * from ai.guard_revisions()');
    for (const { kind, name, from_revision, to_revision, reason } of found)
      log.warn(
        { [kind]: name, from_revision, to_revision, reason },
        to_revision === null ? `the ${kind} ${name} cannot be put back` : `the ${kind} ${name} was put back`,
      );
  };
  const run = (): void => {
    working = pass()
      .catch((error) => log.warn({ err: error }, 'could not gather metrics; trying again'))
      .finally(() => {
        if (!stopped) timer = setTimeout(run, everyMs);
      });
  };
  let working: Promise<void> = Promise.resolve();
  run();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
  };
};
