import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackage, type Missing } from './debian-package.ts';

/** Where pljs's files lie: `share` for extension_control_path, `lib` for dynamic_library_path. */
export type JavaScriptLanguage = { readonly share: string; readonly lib: string };
export type JavaScriptAnswer = JavaScriptLanguage | Missing;

/**
 * pljs (JavaScript in PostgreSQL, by the authors of plv8) for the embedded PostgreSQL 18: Debian builds it as a package,
 * needing no more than glibc, and its two files load from any folder. Brought once by the machine's own apt, then cached.
 */
export function javascriptLanguage(cacheDir: string, say: (line: string) => void): JavaScriptAnswer {
  const language = { share: join(cacheDir, 'share'), lib: join(cacheDir, 'lib') };
  const complete = () =>
    existsSync(join(language.lib, 'pljs.so')) && existsSync(join(language.share, 'extension', 'pljs.control'));
  const missing = debianPackage(
    cacheDir,
    complete,
    {
      name: 'postgresql-18-pljs',
      // The only suite that has it.
      suite: 'testing',
      arrange: (unpacked, fresh) => {
        mkdirSync(join(fresh, 'lib'), { recursive: true });
        cpSync(join(unpacked, 'usr/share/postgresql/18/extension'), join(fresh, 'share/extension'), {
          recursive: true,
        });
        cpSync(join(unpacked, 'usr/lib/postgresql/18/lib/pljs.so'), join(fresh, 'lib/pljs.so'));
      },
    },
    () => say('JavaScript language: bringing pljs from the Debian mirror that apt uses here'),
  );
  return missing ?? language;
}
