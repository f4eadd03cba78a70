/**
 * The built program as its first user meets it: start, stream by curl, post, kill -9, start again, nothing missing; a window
 * of the archive that sha256sum and `archive verify` accept. Plain Node, no test runner: `node test/harness/smoke.mjs`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'hansard-smoke-'));
const archive = join(folder, 'archive');
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const env = {
  ...process.env,
  HANSARD_PORT: String(port),
  HANSARD_DATA: join(folder, 'data'),
  HANSARD_ARCHIVE: archive,
  HANSARD_ARCHIVE_INTERVAL: '1s',
  HANSARD_DEMO: 'off',
};
const running = new Set();

try {
  await story();
  console.log('smoke: the built program kept every post over kill -9 and proved it');
} finally {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function story() {
  let server = await start();
  const category = await call('ada+admin', 'POST', '/v1/categories', { name: 'Trading' });
  const room = await call('ada+admin', 'POST', '/v1/rooms', { name: 'FX', categoryId: category.id, privacy: 'open' });
  await call('bob', 'POST', `/v1/rooms/${room.id}/join`, {});

  const stream = run('curl', ['-sN', '-H', 'Authorization: Bearer dev-bob', `${url}/v1/stream`]);
  await until(() => stream.output.includes('event: hello'), 'hello on the stream');
  await call('ada', 'POST', `/v1/rooms/${room.id}/messages`, { text: 'bid' });
  await until(() => stream.output.includes('"text":"bid"'), 'the post on the stream');

  for (let n = 1; n < 20; n += 1) await call('ada', 'POST', `/v1/rooms/${room.id}/messages`, { text: `offer ${n}` });
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  server = await start();
  const { items } = await call('bob', 'GET', `/v1/rooms/${room.id}/messages?limit=100`);
  assert.deepEqual(
    items.map(({ seq }) => seq),
    [...Array(20).keys()],
    'every acknowledged post is there',
  );

  await until(() => windows('jsonl').length >= 3 && windows('xml').length >= 3, 'windows of the archive');
  for (const adapter of ['jsonl', 'xml']) {
    const checked = spawnSync('sha256sum', ['-c', '--quiet', 'manifest-sha256.txt'], {
      cwd: join(archive, adapter, windows(adapter)[0]),
    });
    assert.equal(checked.status, 0, `sha256sum of ${adapter}: ${checked.stderr}`);
  }
  execFileSync(process.execPath, ['bin/hansard.js', 'archive', 'verify', archive], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  server.child.kill('SIGTERM');
  const [code] = await once(server.child, 'exit');
  assert.equal(code, 0, 'SIGTERM ends it well');
}

async function start() {
  const server = run(process.execPath, ['bin/hansard.js', 'dev']);
  await until(async () => {
    assert.equal(server.child.exitCode, null, `it ended: ${server.output}`);
    return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok;
  }, 'the server to be ready');
  return server;
}

function run(command, args) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const process = { child, output: '' };
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (process.output += text));
  running.add(child);
  child.on('exit', () => running.delete(child));
  return process;
}

async function call(user, method, path, body) {
  const headers = { authorization: `Bearer dev-${user}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path} answered ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function windows(adapter) {
  try {
    return readdirSync(join(archive, adapter)).filter((name) => /^\d{10}_/.test(name));
  } catch {
    return [];
  }
}

async function until(look, what) {
  const end = Date.now() + 30_000;
  while (!(await look())) {
    assert.ok(Date.now() < end, `waited for ${what}`);
    await delay(50);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
