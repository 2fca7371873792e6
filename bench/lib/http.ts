import { connect, type Socket } from 'node:net';

/**
 * A connection that is kept alive and sends one request after the other. node:http costs more than the servers that it would measure,
 * so this writes requests as bytes and reads of an answer only its status, its length and whether it holds what it must.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #head: string;
  #pending: Buffer = Buffer.alloc(0);
  #done: ((answer: string | Error) => void) | undefined;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#finish(error));
    socket.on('close', () => this.#finish(new Error('the server has closed the connection')));
  }

  static open(port: number, path: string): Promise<HttpConnection> {
    return new Promise((done, fail) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', fail);
      const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/json\r\ncontent-type: application/json\r\n`;
      socket.once('connect', () => {
        socket.off('error', fail);
        done(new HttpConnection(socket, head));
      });
    });
  }

  /** The answer's body; rejects what is not 200. */
  async post(body: string): Promise<string> {
    const answer = await new Promise<string | Error>((done) => {
      this.#done = done;
      this.#socket.write(`${this.#head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  close(): void {
    this.#done = undefined;
    this.#socket.destroy();
  }

  #finish(answer: string | Error): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(answer);
  }

  #receive(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#pending.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#finish(new Error(`an answer without a length:\n${head}`));
      return;
    }
    const whole = end + 4 + Number(length);
    if (this.#pending.length < whole) return;
    const body = this.#pending.toString('utf8', end + 4, whole);
    this.#pending = this.#pending.subarray(whole);
    this.#finish(head.startsWith('HTTP/1.1 200') ? body : new Error(`${head.split('\r\n')[0]}: ${body}`));
  }
}
