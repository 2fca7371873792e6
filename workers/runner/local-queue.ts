import type { Logger } from 'pino';

/**
 * graphile-worker's local queue hands its jobs back when it is released, after it has called itself released, and refuses its own doing then. What fails of
 * it (a connection that is gone) nobody hears of, which ends the process. Here it is waited for, and what fails is logged: the lease frees those jobs.
 */
export const mendRelease = (queue: unknown, log: Logger): void => {
  const known = queue as { background?: unknown; backgroundCount?: unknown; decreaseBackgroundCount?: unknown };
  const { decreaseBackgroundCount: decrease } = known;
  if (typeof known.background !== 'function' || typeof known.backgroundCount !== 'number') return;
  if (typeof decrease !== 'function') return;
  const counting = known as { backgroundCount: number };
  known.background = (work: Promise<unknown>): void => {
    counting.backgroundCount++;
    work
      .catch((error) => log.warn({ err: error }, 'jobs could not be handed back; the lease frees them'))
      .then(() => decrease());
  };
};
