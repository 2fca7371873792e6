import type { AddressInfo, Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface PostOffice {
  readonly url: string;
  /** Messages that were taken, as they came. */
  readonly taken: Buffer[];
  /** How often somebody connected. */
  readonly connections: () => number;
  parsed(): Promise<ParsedMail[]>;
  /** Recipients' answers: at RCPT, or at the end of the message. */
  readonly refuse: Map<string, { readonly at: 'rcpt' | 'data'; readonly code: number; readonly text: string }>;
  /** Called when a message has come to its end, before it is answered. */
  onMessage: (message: Buffer, recipient: string, drop: () => void) => Promise<void> | void;
  /** Called after RCPT, before it is answered. */
  onRecipient: (recipient: string, drop: () => void) => Promise<void> | void;
  /** Called when the first bytes of a message have come. */
  onData: (recipient: string, drop: () => void) => void;
  close(): Promise<void>;
}

/** A real SMTP server in this process, which does what a test wants. */
export const openPostOffice = async (options: SMTPServerOptions = {}): Promise<PostOffice> => {
  const taken: Buffer[] = [];
  const refuse: PostOffice['refuse'] = new Map();
  const sockets = new Set<Socket>();
  let connections = 0;
  const answer = (recipient: string, at: 'rcpt' | 'data'): Error | null => {
    const refusal = refuse.get(recipient);
    return refusal?.at === at ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null;
  };
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    onConnect(_session, callback) {
      connections++;
      callback();
    },
    async onRcptTo({ address }, session, callback) {
      await office.onRecipient(address, () => dropOf(session.remotePort));
      callback(answer(address, 'rcpt'));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      const recipient = session.envelope.rcptTo[0]?.address ?? '';
      stream.on('data', (chunk: Buffer) => {
        if (chunks.length === 0) office.onData(recipient, () => dropOf(session.remotePort));
        chunks.push(chunk);
      });
      stream.on('end', async () => {
        const message = Buffer.concat(chunks);
        await office.onMessage(message, recipient, () => dropOf(session.remotePort));
        const refusal = answer(recipient, 'data');
        if (refusal === null) taken.push(message);
        callback(refusal);
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const dropOf = (port: number): void => {
    for (const socket of sockets) if (socket.remotePort === port) socket.destroy();
  };
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const office: PostOffice = {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    refuse,
    connections: () => connections,
    parsed: () => Promise.all(taken.map((message) => simpleParser(message))),
    onMessage: () => {},
    onRecipient: () => {},
    onData: () => {},
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return office;
};
