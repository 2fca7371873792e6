import type { Logger } from 'pino';

/** What one look at the log found. */
export interface Found {
  /** Events that it looked at, whoever and how many they were for. */
  readonly events: number;
  /** There is more at once. */
  readonly more: boolean;
}

/**
 * What wakes a sleeper. Somebody who writes events rings only while the bell hangs, so it has to be hung before the last look, and taken down first thing.
 * A transaction that looked before it hung rings not, and may commit after the last look: until all of those have ended, `isSettled` is false.
 */
export interface Bell {
  /** taken: another sleeper's hangs, and who hears that one may be heard here. deaf: notifications do not arrive at present. */
  hang(): Promise<'hung' | 'taken' | 'deaf'>;
  isSettled(): Promise<boolean>;
  takeDown(): Promise<void>;
}

export interface Pace {
  /**
   * Between two looks while events come, in ms. Where many come, three times as long as the look took: then it takes more at once, and leaves the
   * processors to those who write. Default 1.
   */
  readonly busyMs?: number;
  /** The longest pause while it is awake: it grows by half with each look in vain. Default 20. */
  readonly idleMs?: number;
  /** How long nothing has to happen until it sleeps. Default 300. */
  readonly awakeMs?: number;
  /** Between two looks while it sleeps and the bell hangs. Default 1000. */
  readonly asleepMs?: number;
  /** The same where another sleeper's bell hangs, who may take it down. Default 1000. */
  readonly takenMs?: number;
  /** The same where no bell can be heard. Default 100. */
  readonly deafMs?: number;
}

/** More events a second than this are many. Not so many that anybody waits for each of them. */
const MANY = 400;

export type RhythmState = 'awake' | 'asleep' | 'failing' | 'stopped';

export interface Rhythm {
  readonly state: RhythmState;
  /** Why it is failing. */
  readonly problem: string | undefined;
  /** Looks now, or as soon as the look at hand is over. */
  wake(): void;
  /** After the look at hand. */
  stop(): Promise<void>;
}

export interface RhythmOptions {
  /** @throws what is logged; it is tried again after a pause that grows up to 10 s */
  readonly look: () => Promise<Found>;
  readonly bell: Bell;
  readonly pace?: Pace;
  readonly log: Logger;
}

/** Looks again and again, as often as it is worth it. */
export const startRhythm = ({ look, bell, pace = {}, log }: RhythmOptions): Rhythm => {
  const { busyMs = 1, idleMs = 20, awakeMs = 300, asleepMs = 1000, takenMs = 1000, deafMs = 100 } = pace;
  let state: RhythmState = 'awake';
  let problem: string | undefined;
  let stopped = false;
  let isWoken = false;
  let rouse: (() => void) | undefined;

  /** @returns whether somebody called, at once where it was in the meantime */
  const wait = (ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (called: boolean): void => {
        clearTimeout(timer);
        rouse = undefined;
        isWoken = false;
        resolve(called);
      };
      const timer = setTimeout(done, ms, false);
      rouse = () => done(true);
      if (isWoken || stopped) done(true);
    });

  /** Sleeps until somebody calls or there is something. */
  const sleep = async (): Promise<void> => {
    let hangs = await bell.hang();
    let settled = hangs !== 'hung';
    try {
      for (;;) {
        const found = await look();
        if (found.events > 0 || found.more) return;
        settled ||= await bell.isSettled();
        state = 'asleep';
        const pause = { hung: asleepMs, taken: takenMs, deaf: deafMs }[hangs];
        if (await wait(settled ? pause : Math.min(pause, 50))) return;
        if (hangs === 'hung') continue;
        // The other one may have taken its bell down, and notifications may arrive by now.
        hangs = await bell.hang();
        settled = hangs !== 'hung';
      }
    } finally {
      state = 'awake';
      if (hangs === 'hung') await bell.takeDown();
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    let pause = busyMs;
    let awakeSince = performance.now();
    let lookedAt = performance.now();
    let rate = 0;
    while (!stopped) {
      try {
        const began = performance.now();
        const found = await look();
        const took = performance.now() - began;
        // Over the last looks.
        rate += (found.events / Math.max(1, began - lookedAt) - rate) / 8;
        lookedAt = began;
        if (failures > 0) log.info('events are read and handed on again');
        failures = 0;
        problem = undefined;
        if (state === 'failing') state = 'awake';
        if (found.events > 0) {
          awakeSince = performance.now();
          pause = rate * 1000 > MANY ? Math.min(Math.max(busyMs, 3 * took), idleMs) : busyMs;
        }
        if (found.more) continue;
        if (performance.now() - awakeSince < awakeMs) {
          if (await wait(pause)) pause = busyMs;
          else pause = Math.min(pause * 1.5, idleMs);
          continue;
        }
        await sleep();
        awakeSince = performance.now();
        pause = busyMs;
      } catch (error) {
        if (stopped) break;
        state = 'failing';
        problem = error instanceof Error ? error.message : String(error);
        if (failures === 0) log.warn({ err: error }, 'the log of events cannot be read or handed on; trying again');
        await wait(Math.min(100 * 2 ** failures++, 10_000));
      }
    }
    state = 'stopped';
  };
  const running = run();

  return {
    get state() {
      return state;
    },
    get problem() {
      return problem;
    },
    wake() {
      isWoken = true;
      rouse?.();
    },
    async stop() {
      stopped = true;
      rouse?.();
      await running;
    },
  };
};
