import { parseArgs } from 'node:util';
import { createPlay, type Play, Surprise } from './play.ts';
import { actAfterCommit, MAIL_FOLDER } from './scenes/after.ts';
import { showAudit } from './scenes/audit.ts';
import { callOperations } from './scenes/call.ts';
import { changeTables } from './scenes/change.ts';
import { showCompiled } from './scenes/compiled.ts';
import { declareOperations, showTables, wrongDeclaration } from './scenes/declare.ts';
import { fill } from './scenes/fill.ts';
import { refuseInputs, refuseRoles, refuseStale } from './scenes/refuse.ts';
import { tryAndRepeat } from './scenes/repeat.ts';
import { signUpMembers } from './scenes/signup.ts';
import * as screen from './screen.ts';
import { openStage, type Stage } from './stage.ts';

const HELP = `node examples/shop/demo.ts [--url postgresql://superuser@host/postgres] [--data-dir folder] [--no-javascript]

Without --url it starts an embedded server of its own. With it, it uses a database and roles of its own on that server.
Everything it makes is gone again when it ends, but for the mail in ${MAIL_FOLDER}.`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    'data-dir': { type: 'string' },
    'no-javascript': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const perform = async (play: Play): Promise<void> => {
  screen.section(1, 'The tables');
  await showTables(play);
  screen.section(2, 'What the tables let their callers do');
  await declareOperations(play);
  await wrongDeclaration(play);
  screen.section(3, 'Filling the shop');
  await fill(play);
  screen.section(4, 'Calling');
  const called = await callOperations(play);
  screen.section(5, 'Bad inputs');
  await refuseInputs(play, called);
  screen.section(6, 'Who may call');
  await refuseRoles(play, called);
  screen.section(7, 'Two at once');
  await refuseStale(play, called);
  screen.section(8, 'Trying, and sending twice');
  await tryAndRepeat(play, called);
  screen.section(9, 'What the compiler wrote');
  await showCompiled(play, called);
  screen.section(10, 'The tables change');
  await changeTables(play, called);
  screen.section(11, 'What was done');
  await showAudit(play, called);
  screen.section(12, 'Signing up');
  await signUpMembers(play);
  screen.section(13, 'After commit');
  await actAfterCommit(play);
};

const stopAsked = new Promise<NodeJS.Signals>((resolve) => {
  // The server is in a process group of its own, so ctrl-C reaches this process alone, which then stops it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
});

const main = async (): Promise<number> => {
  const started = performance.now();
  let stage: Stage | undefined;
  try {
    stage = await openStage({
      url: values.url,
      dataDir: values['data-dir'],
      javascript: values['no-javascript'] ? 'none' : 'auto',
      say: (line) => process.stderr.write(`${line}\n`),
    });
    screen.title('A small shop', stage.about);
    const play = createPlay(stage);
    const stopped = await Promise.race([stopAsked, perform(play)]);
    if (typeof stopped === 'string') {
      screen.gap();
      return stopped === 'SIGINT' ? 130 : 143;
    }
    const { calls, refusals, checks } = play.counted;
    screen.section(14, 'In short');
    screen.good(`${calls} calls did what they should, ${refusals} were refused as they should be`);
    screen.good(`${checks} results compared with what was expected, none differed`);
    screen.good(`${((performance.now() - started) / 1000).toFixed(1)} seconds, the start of the server included`);
    screen.gap();
    return 0;
  } catch (error) {
    if (error instanceof Surprise) screen.bad(`not as expected: ${error.message}`);
    else if (stage === undefined && error instanceof Error) screen.bad(error.message);
    else screen.bad(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  } finally {
    await stage?.close();
  }
};

if (values.help) process.stdout.write(`${HELP}\n`);
else process.exitCode = await main();
