import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on: the first free one from `first` on, or any where `first` is 0. */
export async function freePort(first = 0): Promise<number> {
  for (let port = first; port < first + 100 && port !== 0; port++) if (await isFree(port)) return port;
  return await probe(0);
}

export async function isFree(port: number): Promise<boolean> {
  return await probe(port).then(
    () => true,
    () => false,
  );
}

function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
