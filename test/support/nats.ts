import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveTo, makePrivateFolder, serverAccount, spawnIdentity } from '../../src/dev/account.ts';
import { debianPackage, type Missing } from '../../src/dev/debian-package.ts';
import { freePort } from '../../src/dev/port.ts';
import { reachableCopy } from '../../src/dev/reachable.ts';
import { dotFolder } from '../../src/project.ts';

/** A NATS server with JetStream: the system's own, else Debian's package, brought once into a cache. It is one program without libraries. */
export function findNats(): string | Missing {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin']) {
    const program = join(folder, 'nats-server');
    if (existsSync(program)) return program;
  }
  const cache = join(dotFolder(), 'nats');
  const missing = debianPackage(
    cache,
    () => existsSync(join(cache, 'nats-server')),
    {
      name: 'nats-server',
      arrange: (unpacked, fresh) => copyFileSync(join(unpacked, 'usr/sbin/nats-server'), join(fresh, 'nats-server')),
    },
    () => {},
  );
  return missing ?? join(reachableCopy(serverAccount(), cache), 'nats-server');
}

export interface Nats {
  readonly servers: string;
  /** Ends it; start() begins anew on the same port, with what it had stored. (Killed, it would lose what it has acknowledged and not written yet.) */
  end(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and forgets all. */
  stop(): Promise<void>;
}

export async function startNats(program: string): Promise<Nats> {
  const account = serverAccount();
  const folder = mkdtempSync(join(tmpdir(), 'pg-ai-nats-'));
  makePrivateFolder(account, folder);
  giveTo(account, folder);
  const port = await freePort();
  let end: () => Promise<void> = async () => {};
  const start = async (): Promise<void> => {
    const child = spawn(program, ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)], {
      ...spawnIdentity(account),
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/Server is ready/.test(said)) resolve();
      });
      void ended.then(() => reject(new Error(`NATS does not start: ${said}`)));
    });
    end = async () => {
      child.kill('SIGTERM');
      await ended;
    };
  };
  await start();
  return {
    servers: `127.0.0.1:${port}`,
    end: () => end(),
    start,
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
