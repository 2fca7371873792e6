import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { type Broker, type BrokerMessage, Unpublishable } from './pump.ts';

export interface JetStreamOptions extends NodeConnectionOptions {
  /** How long an acknowledgement may take, in ms. Default 5000. */
  readonly ackMs?: number;
  /** Stands before each message's Nats-Msg-Id, for streams that several databases feed. Default: nothing. */
  readonly idPrefix?: string;
}

/**
 * NATS JetStream as a broker. A stream has to take the subjects; what it holds already, by Nats-Msg-Id (`<subscription>:<event id>`) within its duplicate window,
 * it leaves out. The server may come and go.
 */
export const createJetStreamBroker = (options: JetStreamOptions): Broker => {
  const { ackMs = 5000, idPrefix = '', ...connection } = options;
  let opening: Promise<NatsConnection> | undefined;
  let stream: JetStreamClient | undefined;

  const open = async (): Promise<{ nats: NatsConnection; stream: JetStreamClient }> => {
    opening ??= connect({
      name: 'pg_ai relay',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: ackMs,
      ...connection,
    });
    const mine = opening;
    try {
      const nats = await mine;
      if (nats.isClosed()) throw new Error('the connection to NATS was closed');
      stream ??= jetstream(nats, { timeout: ackMs });
      return { nats, stream };
    } catch (error) {
      if (opening === mine) {
        opening = undefined;
        stream = undefined;
      }
      throw error;
    }
  };

  const publishOne = async (
    js: JetStreamClient,
    message: BrokerMessage,
    most: number,
  ): Promise<Unpublishable | undefined> => {
    const bytes = Buffer.byteLength(message.body);
    if (bytes + 1024 > most) return new Unpublishable(`${bytes} bytes are more than the server takes (${most})`);
    const sent = headers();
    for (const [name, value] of Object.entries(message.headers)) sent.set(name, value.replaceAll(/[\r\n]/g, ' '));
    try {
      await js.publish(message.subject, message.body, { msgID: `${idPrefix}${message.id}`, headers: sent });
      return undefined;
    } catch (error) {
      // 10054: larger than the stream takes
      if (error instanceof JetStreamApiError && error.code === 10054) return new Unpublishable(error.message);
      const { name, message: text } = error as Error;
      throw name === 'JetStreamNotEnabled'
        ? new Error(`no stream of JetStream takes the subject ${message.subject}`, { cause: error })
        : new Error(`${message.subject}: ${text}`, { cause: error });
    }
  };

  return {
    async publish(lanes) {
      const { nats, stream: js } = await open();
      const most = nats.info?.max_payload ?? 1_048_576;
      return Promise.all(
        lanes.map(async (messages) => {
          const outcomes: (Unpublishable | undefined)[] = [];
          // Each waits for the one before it: one that was lost must not come after its successor.
          for (const message of messages) outcomes.push(await publishOne(js, message, most));
          return outcomes;
        }),
      );
    },
    async close() {
      const nats = await opening?.catch(() => undefined);
      opening = undefined;
      stream = undefined;
      await nats?.close();
    },
  };
};
