import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Postman } from './smtp.ts';

/**
 * Puts each mail into a folder instead of sending it, as `<recipient> <Message-ID>.eml`: mail programs open such files. One mail is one file,
 * however often it is sent.
 */
export const createFolderPostman = (folder: string): Postman => ({
  async send(message, handOver) {
    try {
      await mkdir(folder, { recursive: true });
      const id = /^Message-ID: <([^@>]*)/im.exec(message.bytes.toString('latin1'))?.[1] ?? randomUUID();
      const name = `${message.envelope.to.join(' ').replace(/[^A-Za-z0-9@._+-]/g, '_')} ${id.slice(0, 12)}.eml`;
      const draft = join(folder, `.${randomUUID()}.tmp`);
      await writeFile(draft, message.bytes);
      if (!(await handOver())) {
        await rm(draft);
        return { kind: 'overtaken' };
      }
      await rename(draft, join(folder, name));
      return { kind: 'accepted', response: join(folder, name) };
    } catch (error) {
      return { kind: 'unreached', reason: error instanceof Error ? error.message : String(error) };
    }
  },
  async close() {},
});
