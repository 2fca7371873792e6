import { describe } from 'vitest';
import { install } from '../../src/install/install.ts';
import { needs } from '../support/needs.ts';
import { keptByDump, noTools, tools } from './kept-by-dump.ts';

describe.each(['plain', 'custom'] as const)('installed by pg-ai, dumped (%s) and restored', (format) => {
  needs(tools, noTools);
  keptByDump(format, (client) => install(client));
});
