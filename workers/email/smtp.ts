import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outgoing } from './config.ts';
import type { EmailMessage } from './message.ts';
import { type Outcome, outcomeOf, type SmtpFailure } from './outcome.ts';

/** What takes messages: a server or a folder. */
export interface Postman {
  /**
   * Sends one message to one recipient.
   * @param handOver called when all but the end of the message is out; false keeps the end back, so that the server throws away what it has
   * @param signal ends the attempt
   */
  send(message: EmailMessage, handOver: () => Promise<boolean>, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

class Overtaken extends Error {}

/** A connection is used again for some time: setting one up costs more than the mail. */
const IDLE_MS = 10_000;
const MESSAGES_EACH = 100;

interface Line {
  readonly connection: SMTPConnection;
  sent: number;
  idle: NodeJS.Timeout | undefined;
  open: boolean;
}

export const createSmtpPostman = (server: Extract<Outgoing, { kind: 'smtp' }>): Postman => {
  const idle: Line[] = [];
  const waiting = new Set<() => void>();
  let busy = 0;

  const drop = (line: Line): void => {
    clearTimeout(line.idle);
    line.open = false;
    const place = idle.indexOf(line);
    if (place >= 0) idle.splice(place, 1);
    line.connection.close();
  };

  const dial = (): Promise<Line> =>
    new Promise((resolve, reject) => {
      const connection = new SMTPConnection({
        host: server.host,
        port: server.port,
        secure: server.secure,
        requireTLS: !server.secure && server.startTls === 'required',
        ignoreTLS: server.startTls === 'never',
        tls: { rejectUnauthorized: server.verify },
        connectionTimeout: 20_000,
        greetingTimeout: 20_000,
        // the answer to a message may take its time (RFC 5321, 4.5.3.2.6); the subscription's time-out is what ends it
        socketTimeout: 600_000,
        // nothing of the connection is kept waiting for a server that does not close
        socketCloseTimeout: 1_000,
      });
      const line: Line = { connection, sent: 0, idle: undefined, open: true };
      const fail = (error: Error): void => {
        drop(line);
        reject(error);
      };
      // After the connection stands, failures are told to whoever sends; here they only end the line.
      connection.on('error', fail);
      connection.on('end', () => drop(line));
      connection.connect((error) => {
        if (error) return fail(error);
        if (server.user === undefined) return resolve(line);
        connection.login({ user: server.user, pass: server.password ?? '' }, (refused) => {
          if (refused) fail(refused);
          else resolve(line);
        });
      });
    });

  const reset = (line: Line): Promise<boolean> =>
    new Promise((resolve) => {
      if (!line.open) return resolve(false);
      const lost = (): void => resolve(false);
      line.connection.once('end', lost);
      line.connection.reset((error) => {
        line.connection.off('end', lost);
        resolve(!error);
      });
    });

  const take = async (signal: AbortSignal): Promise<Line> => {
    for (let line = idle.pop(); line !== undefined; line = idle.pop()) {
      clearTimeout(line.idle);
      if (await untilAborted(reset(line), signal, () => drop(line as Line))) return line;
      drop(line);
    }
    const dialled = dial();
    // who gave up does not leave the connection behind
    return untilAborted(dialled, signal, () => void dialled.then(drop, () => {}));
  };

  const park = (line: Line): void => {
    line.sent++;
    if (!line.open || line.sent >= MESSAGES_EACH) {
      if (line.open) line.connection.quit();
      return;
    }
    line.idle = setTimeout(() => {
      const place = idle.indexOf(line);
      if (place >= 0) idle.splice(place, 1);
      line.connection.quit();
    }, IDLE_MS);
    line.idle.unref();
    idle.push(line);
  };

  const enter = async (signal: AbortSignal): Promise<void> => {
    if (busy < server.connections) {
      busy++;
      return;
    }
    let turn = (): void => {};
    const free = new Promise<void>((resolve) => {
      turn = resolve;
    });
    waiting.add(turn);
    await untilAborted(free, signal, () => waiting.delete(turn));
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      busy--;
    } else {
      waiting.delete(next);
      next();
    }
  };

  return {
    async send(message, handOver, signal) {
      try {
        await enter(signal);
      } catch (error) {
        return outcomeOf(error as SmtpFailure, false);
      }
      let handedOver = false;
      let line: Line | undefined;
      try {
        line = await take(signal);
        const used = line;
        const content = Readable.from(
          (async function* () {
            yield message.bytes;
            // The server has everything but the line that ends it, and must not keep the message without that (RFC 5321, 4.1.1.4).
            const mine = await handOver();
            if (!mine) throw new Overtaken();
            handedOver = true;
          })(),
          { objectMode: false },
        );
        const response = await untilAborted(transmit(used.connection, message, content), signal, () => drop(used));
        park(used);
        return { kind: 'accepted', response };
      } catch (error) {
        // Also where the connection could go on: its state after a failure is not worth a guess.
        if (line !== undefined) drop(line);
        if (error instanceof Overtaken) return { kind: 'overtaken' };
        return outcomeOf(error as SmtpFailure, handedOver);
      } finally {
        leave();
      }
    },
    async close() {
      for (const line of idle.splice(0)) {
        clearTimeout(line.idle);
        line.connection.quit();
      }
    },
  };
};

const transmit = (connection: SMTPConnection, message: EmailMessage, content: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('the connection was closed'));
    connection.once('end', lost);
    const envelope = { ...message.envelope, to: [...message.envelope.to], size: message.bytes.length };
    connection.send(envelope, content, (error, info) => {
      connection.off('end', lost);
      if (error) reject(error);
      else resolve(info.response);
    });
  });

/** The work's result, or the signal's reason as soon as it is aborted; then `abandon` is called, too. */
const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal, abandon: () => void): Promise<T> => {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      abandon();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
};
