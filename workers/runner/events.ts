import type pg from 'pg';
import type { Event } from '../delivery.ts';

/** An event, with what the runner needs of it as PostgreSQL prints it. */
export interface LoadedEvent extends Event {
  /** With every microsecond: what finds its partition. */
  readonly atText: string;
  readonly keyText: string;
}

/** What of ai.event_log a job needs. */
export interface Wanted {
  readonly ids: readonly string[];
  /** The times of the first and the last, as PostgreSQL prints them. */
  readonly from: string;
  readonly until: string;
}

/** What is read of an event, or told by the relay. In few columns, as each costs the driver about as much as PostgreSQL needs to find the row. */
export interface EventText {
  readonly id: string;
  readonly entity: string;
  readonly operation: string;
  readonly payload: string;
  /** A JSON array: see Rest. */
  readonly rest: string;
}

/** What few handlers look at. Numbers and the key as PostgreSQL prints them. */
type Rest = readonly [
  at: string,
  transaction: string,
  topic: string,
  action: string | null,
  rowKey: string | null,
  actor: string | null,
  traceId: string | null,
];

/** A statement that is about to be sent or has been: all who want something of it wait for the same answer. */
interface Batch {
  readonly wanted: Wanted[];
  readonly answer: Promise<void>;
  readonly found: Map<string, LoadedEvent>;
  answered: boolean;
}

/** What has been announced and is not asked for, as others have its jobs: no more than this is held for nothing. */
const MOST_ANNOUNCED = 100;
/** Where more come at once, they are read together. */
const MOST_AT_ONCE = 16;

/**
 * Reads events for many jobs with one statement: those that were locked together (prefetch), and those that ask in the same moment. A job that asks
 * for what is on its way waits for that; one that asks for what is there gets it at once.
 */
export class Events {
  readonly #database: pg.Pool;
  readonly #preparedStatements: boolean;
  readonly #coming = new Map<string, { uses: number; readonly batch: Batch }>();
  readonly #announced = new Set<string>();
  #next: Batch | undefined;

  constructor(database: pg.Pool, preparedStatements: boolean) {
    this.#database = database;
    this.#preparedStatements = preparedStatements;
  }

  /** @returns those that are still there, in the order of ids */
  load(wanted: Wanted): LoadedEvent[] | Promise<LoadedEvent[]> {
    const missing = wanted.ids.filter((id) => !this.#coming.has(id));
    if (missing.length > 0) this.prefetch([{ ...wanted, ids: missing }]);
    const batches = wanted.ids.map((id) => {
      const coming = this.#coming.get(id);
      this.#announced.delete(id);
      if (coming !== undefined && --coming.uses <= 0) this.#coming.delete(id);
      return coming?.batch;
    });
    const collect = (): LoadedEvent[] =>
      wanted.ids.map((id, i) => batches[i]?.found.get(id)).filter((event) => event !== undefined);
    if (batches.every((batch) => batch === undefined || batch.answered)) return collect();
    return Promise.all(batches.map((batch) => batch?.answer)).then(collect);
  }

  /** How many more may be announced at once. */
  get room(): number {
    return Math.min(MOST_AT_ONCE, MOST_ANNOUNCED - this.#announced.size);
  }

  /** What may be asked for, by those who get its jobs. */
  announce(events: readonly EventText[]): void {
    const news = events.filter(({ id }) => !this.#coming.has(id));
    if (news.length === 0) return;
    const found = new Map(news.map((event) => [event.id, new EventRow(event)]));
    const batch: Batch = { wanted: [], found, answered: true, answer: Promise.resolve() };
    const ids = [...found.keys()];
    for (const id of ids) {
      this.#announced.add(id);
      this.#coming.set(id, { uses: 0, batch });
    }
    this.#forgetInTime(ids);
  }

  /** Starts to read what will be asked for, once by each who wants it. What is not asked for is forgotten after a minute. */
  prefetch(all: readonly Wanted[]): void {
    const missing: Wanted[] = [];
    let batch: Batch | undefined;
    for (const wanted of all) {
      const ids: string[] = [];
      for (const id of wanted.ids) {
        const coming = this.#coming.get(id);
        this.#announced.delete(id);
        if (coming !== undefined) coming.uses++;
        else {
          batch ??= this.#upcoming();
          this.#coming.set(id, { uses: 1, batch });
          ids.push(id);
        }
      }
      if (ids.length > 0) missing.push({ ...wanted, ids });
    }
    if (batch === undefined) return;
    batch.wanted.push(...missing);
    this.#forgetInTime(missing.flatMap(({ ids }) => ids));
  }

  #forgetInTime(ids: readonly string[]): void {
    setTimeout(() => this.#forget(ids), 60_000).unref();
  }

  #forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.#coming.delete(id);
      this.#announced.delete(id);
    }
  }

  /** The statement that is about to be sent: whatever asks before this turn of the event loop ends goes along. */
  #upcoming(): Batch {
    if (this.#next !== undefined) return this.#next;
    const wanted: Wanted[] = [];
    const found = new Map<string, LoadedEvent>();
    const batch: Batch = {
      wanted,
      found,
      answered: false,
      answer: new Promise((done) => setImmediate(done)).then(async () => {
        this.#next = undefined;
        try {
          await this.#read(wanted, found);
        } catch (error) {
          this.#forget(wanted.flatMap(({ ids }) => ids));
          throw error;
        }
        batch.answered = true;
      }),
    };
    batch.answer.catch(() => {});
    this.#next = batch;
    return batch;
  }

  async #read(batch: readonly Wanted[], found: Map<string, LoadedEvent>): Promise<void> {
    // To the millisecond, which is why the statement looks a little further.
    let from = batch[0]?.from ?? '';
    let until = from;
    for (const one of batch) {
      if (Date.parse(one.from) < Date.parse(from)) from = one.from;
      if (Date.parse(one.until) > Date.parse(until)) until = one.until;
    }
    const { rows } = await this.#database.query<EventText>({
      ...(this.#preparedStatements ? { name: 'pg_ai events' } : {}),
      text: EVENT_TEXTS,
      values: [batch.flatMap((one) => one.ids), from, until],
    });
    for (const row of rows) found.set(row.id, new EventRow(row));
  }
}

/** As the relay tells them: see ai_private.write_taker. */
export const EVENT_TEXTS = `
  select id::text, entity, operation, payload::text, json_build_array(at, transaction::text, topic, action, row_key::text, actor, trace_id)::text as rest
  from ai.event_log where id = any($1::bigint[]) and at between $2::timestamptz - interval '1 ms' and $3::timestamptz + interval '1 ms'`;

/** Parses what is asked for, when it is. */
class EventRow implements LoadedEvent {
  // No #fields: what is made with it as prototype must find them.
  private readonly row: EventText;
  private parsed: unknown;
  private isParsed = false;
  private parsedRest: Rest | undefined;

  constructor(row: EventText) {
    this.row = row;
  }
  private get rest(): Rest {
    this.parsedRest ??= JSON.parse(this.row.rest) as Rest;
    return this.parsedRest;
  }
  get id(): string {
    return this.row.id;
  }
  get at(): Date {
    return new Date(this.atText);
  }
  get atText(): string {
    return this.rest[0];
  }
  get transaction(): string {
    return this.rest[1];
  }
  get topic(): string {
    return this.rest[2];
  }
  get entity(): string {
    return this.row.entity;
  }
  get operation(): string {
    return this.row.operation;
  }
  get action(): string | null {
    return this.rest[3];
  }
  get key(): Readonly<Record<string, unknown>> | null {
    return this.rest[4] === null ? null : JSON.parse(this.rest[4]);
  }
  get keyText(): string {
    return this.rest[4] ?? '';
  }
  get actor(): string | null {
    return this.rest[5];
  }
  get payload(): unknown {
    if (!this.isParsed) {
      this.parsed = JSON.parse(this.row.payload);
      this.isParsed = true;
    }
    return this.parsed;
  }
  get payloadText(): string {
    return this.row.payload;
  }
  get traceId(): string | null {
    return this.rest[6];
  }
  /** For logs. */
  toJSON(): Record<string, unknown> {
    const { id, topic, entity, operation, action, key, actor, payload, traceId } = this;
    return { id, at: this.atText, topic, entity, operation, action, key, actor, payload, traceId };
  }
}
