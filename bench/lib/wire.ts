import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import pg from 'pg';

/**
 * A load generator that is cheaper than any driver: it speaks the extended query protocol on sockets that `pg` has opened, sends messages
 * that were built beforehand, and looks at answers only for their end. Both sides of a comparison go through it on the same connections.
 */
export class Wire {
  readonly #socket: Socket;
  readonly pid: number;
  readonly #statements = new Map<string, string>();
  #pending: Buffer = Buffer.alloc(0);
  #done: ((failure: string | undefined) => void) | undefined;
  #failure: string | undefined;

  private constructor(socket: Socket, pid: number) {
    this.#socket = socket;
    this.pid = pid;
  }

  static async open(url: string, settings: Readonly<Record<string, string>> = {}): Promise<Wire> {
    const client = new pg.Client({ connectionString: url });
    // A server that ends says so to every connection; whoever stops it knows.
    client.on('error', () => {});
    await client.connect();
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, false)', [name, value]);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    // The driver has no public way to its socket.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    const wire = new Wire(stream, rows[0]?.pid ?? 0);
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => wire.#receive(chunk));
    return wire;
  }

  /** The messages of one call, to be sent as they are. The statement is prepared when it is new to the connection. */
  async frame(sql: string, parameters: readonly string[]): Promise<Buffer> {
    let name = this.#statements.get(sql);
    if (name === undefined) {
      name = `s${this.#statements.size}`;
      this.#statements.set(sql, name);
      const failure = await this.#send(Buffer.concat([message('P', text(name), text(sql), int16(0)), message('S')]));
      if (failure !== undefined) throw new Error(failure);
    }
    const values = parameters.flatMap((parameter) => {
      const bytes = Buffer.from(parameter);
      return [int32(bytes.length), bytes];
    });
    return Buffer.concat([
      message('B', text(''), text(name), int16(0), int16(parameters.length), ...values, int16(0)),
      message('E', text(''), int32(0)),
      message('S'),
    ]);
  }

  /** Sends the calls one after the other; times in ms. */
  async run(frames: readonly Buffer[]): Promise<Float64Array> {
    const times = new Float64Array(frames.length);
    let i = 0;
    for (const frame of frames) {
      const start = performance.now();
      const failure = await this.#send(frame);
      times[i++] = performance.now() - start;
      if (failure !== undefined) throw new Error(failure);
    }
    return times;
  }

  /** Time on a processor that the backend has had, in ns. */
  cpu(): number | undefined {
    try {
      return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.#socket.once('close', done));
    this.#socket.end(message('X'));
    await gone;
  }

  #send(bytes: Buffer): Promise<string | undefined> {
    return new Promise((done) => {
      this.#done = done;
      this.#socket.write(bytes);
    });
  }

  #receive(chunk: Buffer): void {
    let data: Buffer = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (data.length >= 5) {
      const end = 1 + data.readInt32BE(1);
      if (data.length < end) break;
      const kind = data[0];
      if (kind === 0x45 /* E */) this.#failure = messageOf(data.toString('utf8', 5, end));
      data = data.subarray(end);
      if (kind === 0x5a /* Z */) {
        const failure = this.#failure;
        this.#failure = undefined;
        this.#done?.(failure);
      }
    }
    this.#pending = data.length === 0 ? Buffer.alloc(0) : data;
  }
}

/** The message among an error's fields. */
const messageOf = (fields: string): string =>
  fields
    .split('\0')
    .filter((field) => /^[CMD]/.test(field))
    .map((field) => field.slice(1))
    .join(': ');

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const message = (kind: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
};
