import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Something that holds up one subscription, of ai.status(). */
export interface Problem {
  readonly about: string;
  readonly name: string;
  readonly problem: string;
}

export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Registry;
  /** What ai.metrics_prometheus() gives. */
  readonly calls: () => Promise<string>;
  /** Why work cannot be done at present; undefined where it can. */
  readonly unready: () => Promise<string | undefined>;
  /** What is wrong with single subscriptions: told, and no reason not to be ready. */
  readonly problems: () => Promise<readonly Problem[]>;
}

export interface Http {
  readonly url: string;
  close(): Promise<void>;
}

/** GET /health: the process answers. GET /ready: it can do its work. GET /metrics: of this worker, for Prometheus; GET /metrics/calls: of the database's calls. */
export const startHttp = async ({ host, port, metrics, calls, unready, problems }: HttpOptions): Promise<Http> => {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string, type = 'application/json'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://worker');
      if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, '{"error":"only GET"}');
      else if (pathname === '/health') answer(200, '{"status":"ok"}');
      else if (pathname === '/ready') {
        const why = await unready();
        if (why !== undefined) answer(503, JSON.stringify({ status: 'unready', why }));
        else {
          const found = await problems();
          answer(200, JSON.stringify({ status: 'ready', ...(found.length === 0 ? {} : { problems: found }) }));
        }
      } else if (pathname === '/metrics') answer(200, await metrics.metrics(), metrics.contentType);
      else if (pathname === '/metrics/calls') answer(200, await calls(), 'text/plain; version=0.0.4; charset=utf-8');
      else answer(404, '{"error":"there are /health, /ready, /metrics and /metrics/calls"}');
    } catch (error) {
      answer(500, JSON.stringify({ error: String(error) }));
    }
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, done);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
