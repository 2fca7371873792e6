import type { Bench, Database } from './database.ts';
import type { Result } from './result.ts';

/** What a case needs to run. */
export interface Surroundings {
  readonly bench: Bench;
  /** The database with bench.account and the hand-written functions. */
  readonly accounts: () => Promise<Database>;
  /** Fewer and shorter runs, for a look rather than a proof. */
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly run: (surroundings: Surroundings) => Promise<readonly Result[]>;
}
