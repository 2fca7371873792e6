import { type Agent, request } from 'undici';
import { projectVersion } from '../../src/project.ts';
import { AddressRefused } from './connect.ts';

/** How one POST ended. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Post {
  readonly agent: Agent;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
}

/** Sends it once. Redirects are not followed: they would lead past everything that was checked, and nobody signs for where they lead. */
export const post = async ({
  agent,
  url,
  headers,
  body,
  timeoutMs,
  maxResponseBytes,
  signal,
}: Post): Promise<Answer> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const over = AbortSignal.any([signal, timeout]);
  try {
    const response = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', 'user-agent': `pg-ai/${projectVersion}`, ...headers },
      body,
      signal: over,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    // The status is the answer; the rest is read so that the connection can be used again, up to a point.
    await drain(response.body, maxResponseBytes);
    const after = response.headers['retry-after'];
    return {
      kind: 'status',
      status: response.statusCode,
      retryAfterMs: typeof after === 'string' ? readRetryAfter(after, new Date()) : undefined,
    };
  } catch (error) {
    if (timeout.aborted && !signal.aborted) return { kind: 'failed', reason: `no answer within ${timeoutMs} ms` };
    if (error instanceof AddressRefused) return { kind: 'refused', reason: error.message };
    if (signal.aborted) throw error;
    return { kind: 'failed', reason: error instanceof Error ? error.message || String(error) : String(error) };
  }
};

const drain = async (body: AsyncIterable<Buffer> & { destroy(): unknown }, most: number): Promise<void> => {
  let read = 0;
  try {
    for await (const chunk of body) {
      read += chunk.length;
      if (read > most) break;
    }
  } catch {
    // it was answered all the same
  } finally {
    body.destroy();
  }
};

/** Seconds, or a date. @returns undefined where it is neither */
export const readRetryAfter = (value: string, now: Date): number | undefined => {
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
};
