import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that does what networks do. */
export interface TcpProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string;
  /** Ends every connection at once; new ones are let through. */
  cut(): void;
  /** Half-open: what is connected stays so, and nothing is passed on any more, in either direction. New connections are let through.
   *  What an earlier freeze left on the server's side ends, as the server's keepalive would end it: its slots are not endless. */
  freeze(): void;
  /** Neither connections nor new ones, until it is false again. */
  refuse(refused: boolean): void;
  /** How many connections have been made so far. */
  readonly made: number;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<TcpProxy> {
  const server = new URL(target);
  const open = new Set<Socket>();
  const frozen = new Set<Socket>();
  const servers = new WeakSet<Socket>();
  let refused = false;
  let made = 0;
  const listening = createServer((near) => {
    if (refused) {
      near.destroy();
      return;
    }
    made++;
    const far = connect(Number(server.port || 5432), server.hostname.replace(/^\[|\]$/g, ''));
    servers.add(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => {
        if (!frozen.has(from)) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        if (!frozen.has(from)) to.destroy();
      });
    }
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    freeze() {
      for (const socket of frozen) if (servers.has(socket)) socket.destroy();
      for (const socket of open) frozen.add(socket);
    },
    refuse(now) {
      refused = now;
      if (now) cut();
    },
    get made() {
      return made;
    },
    async close() {
      cut();
      listening.close();
      await once(listening, 'close');
    },
  };
}
