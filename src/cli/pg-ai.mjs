#!/usr/bin/env node
// Runs on any Node from 14 on, so that an old one gets help instead of a syntax error: plain JavaScript, no dependency.
// biome-ignore-all lint/style/useNodejsImportProtocol: Node 14 did not have it yet
import { spawn } from 'child_process';
import { existsSync } from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath, pathToFileURL } from 'url';

const needed = [22, 18];
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const source = join(root, 'src', 'cli', 'main.ts');
const isCheckout = existsSync(source);
// Node runs no TypeScript below node_modules, so the package carries it compiled.
const main = isCheckout ? source : join(root, 'dist', 'cli', 'main.js');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  if (isCheckout && !existsSync(join(root, 'node_modules', 'commander'))) {
    giveUp('The npm packages are missing: run "make setup" first.');
  } else {
    import(pathToFileURL(main).href);
  }
} else {
  const own = join(root, '.node', 'bin', 'node');
  if (existsSync(own)) goOnWith(own);
  else {
    const help = isCheckout ? 'Run "make setup", which brings one for this checkout alone' : 'Install Node 24';
    giveUp(`pg-ai needs Node ${needed.join('.')} or newer, and this is ${process.versions.node}. ${help}.`);
  }
}

function goOnWith(node) {
  const child = spawn(node, [main].concat(process.argv.slice(2)), { stdio: 'inherit' });
  // The terminal sends ctrl-C to both; the other signals reach this process alone. The child decides how to end.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code);
  });
}

function giveUp(message) {
  console.error(message);
  process.exitCode = 1;
}
