import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** Those on the other side of what happens after commit, in this process: a mail server, a receiver of webhooks. */

export interface MailServer {
  readonly url: string;
  /** The first mail that comes. */
  readonly mail: Promise<ParsedMail>;
  close(): Promise<void>;
}

export const openMailServer = async (): Promise<MailServer> => {
  const mail = Promise.withResolvers<ParsedMail>();
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, answer) {
      simpleParser(stream).then(
        (parsed) => {
          mail.resolve(parsed);
          answer();
        },
        (error: Error) => answer(error),
      );
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mail: mail.promise,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

export interface Hook {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came: it is what is signed. */
  readonly body: string;
}

export interface HookReceiver {
  readonly url: string;
  /** The first webhook that comes. */
  readonly hook: Promise<Hook>;
  close(): Promise<void>;
}

export const openHookReceiver = async (): Promise<HookReceiver> => {
  const hook = Promise.withResolvers<Hook>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(204).end();
      hook.resolve({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    hook: hook.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
