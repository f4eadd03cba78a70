#!/usr/bin/env node
import process from 'node:process';
import { URL } from 'node:url';
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('Hansard is not built yet: run `npm run build` first.\n');
  process.exitCode = 3;
}
