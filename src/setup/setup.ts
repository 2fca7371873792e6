import { join } from 'node:path';
import { embeddedBinaries } from '../dev/binaries.ts';
import { javascriptLanguage } from '../dev/javascript-language.ts';
import { dotFolder } from '../project.ts';

const say = (line: string) => console.log(line);

const postgres = embeddedBinaries();
const language = javascriptLanguage(join(dotFolder(), 'pljs'), say);
if ('missing' in language) {
  say(`JavaScript language: none (${language.missing}); everything but JavaScript hooks and actions works`);
}
say(
  `Ready: Node ${process.versions.node}, PostgreSQL ${postgres.edition}, JavaScript ${'missing' in language ? 'none' : 'pljs'}`,
);
