import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printConfig, checkConfig } from '../../src/cli/config.js';
import { importIrcCommand, type ImportCommandOptions } from '../../src/cli/import/command.js';
import { buildProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { makeToken } from '../../src/cli/token.js';
import { deploymentKey } from '../../src/config/deployment-key.js';
import { localIssuer } from '../../src/config/local-tokens.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hansard-cli-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function capture() {
  const said = { out: '', err: '' };
  return {
    said,
    output: {
      out: (text: string) => void (said.out += text),
      err: (text: string) => void (said.err += text),
      terminal: false,
    },
  };
}

describe('exit codes', () => {
  it.each([
    [['--version'], 0],
    [['--help'], 0],
    [['import', 'irc', '--help'], 0],
    [[], 2],
    [['bogus'], 2],
    [['dev', '--bogus'], 2],
    [['archive', 'bogus'], 2],
    [['token'], 2],
    [['replay', '--limit', 'many'], 2],
    [['config', 'print', '--mode', 'staging'], 2],
    [['config', 'check'], 0],
    [['config', 'check', '--port', 'http'], 1],
    [['config', 'print', '--port', 'http'], 3],
    [['serve', '--archive-interval', '1s'], 3],
    [['import', 'irc', 'no-such.log'], 2],
    [['import', 'irc', '.'], 2],
    [['import', 'irc', 'demo/rust.txt', '--date', 'yesterday'], 2],
    [['import', 'irc', 'demo/rust.txt', '--utc-offset', 'CET'], 2],
    [['import', 'irc', 'demo/rust.txt', '--dry-run'], 0],
    [['import', 'irc', 'demo/rust.txt', '--url', 'http://127.0.0.1:8080', '--token', 'eyJ'], 2],
  ])('hansard %s ends with %i', async (args, code) => {
    expect(await runCommandLine(args)).toBe(code);
  });
});

it('every command has a description', () => {
  const all = buildProgram().commands.flatMap((command) => [command, ...command.commands]);
  expect(all.filter((command) => command.description() === '')).toEqual([]);
});

describe('config', () => {
  const options = { mode: 'development', flags: { port: '99' }, json: false } as const;

  it('print has a line for each setting, with value and source, and masks secrets', () => {
    vi.stubEnv('HANSARD_KEY', 'ab'.repeat(32));
    const { said, output } = capture();
    printConfig(options, output);
    vi.unstubAllEnvs();
    expect(said.out).toMatch(/^HANSARD_PORT +99 +--port$/m);
    expect(said.out).toMatch(/^HANSARD_KEY +\*{8} +HANSARD_KEY$/m);
    expect(said.out).toMatch(/^HANSARD_ARCHIVE_INTERVAL +60s +default$/m);
    expect(said.out).not.toContain('abab');
  });

  it('print --json says the same to a program', () => {
    const { said, output } = capture();
    printConfig({ ...options, json: true }, output);
    expect(JSON.parse(said.out)).toMatchObject({
      settings: expect.arrayContaining([
        { name: 'port', variable: 'HANSARD_PORT', value: '99', source: '--port' },
      ]) as unknown,
    });
  });

  it('check --json lists what is wrong and fails', () => {
    const { said, output } = capture();
    expect(() => checkConfig({ ...options, flags: { port: 'x', host: '0.0.0.0' }, json: true }, output)).toThrow(
      /--port/,
    );
    expect(JSON.parse(said.out)).toMatchObject({ ok: false, problems: [expect.stringContaining('--port')] });
  });
});

it('token prints a token that this deployment accepts', async () => {
  const { said, output } = capture();
  const flags = { data: folder, deployment: 'here' };
  const claims = {
    sub: 'ada',
    name: 'Ada',
    email: 'ada@example.org',
    group: ['traders'],
    role: ['admin'],
    external: true,
  };
  await makeToken({ mode: 'production', flags, ...claims, expires: '1h' }, output);
  const config = { data: folder, key: undefined, deployment: 'here', auth: { oidc: undefined, tokenKey: undefined } };
  const { issuer, audience, key } = localIssuer(config, deploymentKey(config));
  const { payload } = await jwtVerify(said.out.trim(), key, { issuer, audience });
  expect(payload).toMatchObject({
    sub: 'ada',
    name: 'Ada',
    email: 'ada@example.org',
    groups: ['traders'],
    roles: ['admin'],
    internal: false,
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
});

it.each([{ role: ['king'] }, { expires: 'soon' }, { sub: '' }])('token refuses %j', async (wrong) => {
  const options = {
    mode: 'production',
    flags: { data: folder },
    sub: 'ada',
    group: [],
    role: [],
    external: false,
    expires: '1h',
  } as const;
  await expect(makeToken({ ...options, ...wrong }, capture().output)).rejects.toMatchObject({ exitCode: 2 });
});

it('import --dry-run --json reports on stdout what an import would do, and sends nothing', async () => {
  const file = join(folder, '#rust.2018-05-29.log');
  writeFileSync(file, '21:20 <ada> hi\nlorem ipsum\n');
  const { said, output } = capture();
  const options: ImportCommandOptions = {
    mode: 'development',
    flags: { data: join(folder, 'data') },
    files: [file],
    utcOffset: '+00:00',
    category: 'Imported',
    userPrefix: '',
    dryRun: true,
    json: true,
  };
  await importIrcCommand(options, output);
  expect(said.err).toBe('');
  expect(JSON.parse(said.out)).toMatchObject({
    lines: 2,
    recorded: 1,
    messages: 1,
    users: 1,
    rooms: [{ name: 'rust', id: null, commands: 2 }],
    unreadable: [{ file, line: 2 }],
    refused: [],
    stopped: null,
  });
});

it('import says at once that nobody answers', async () => {
  const file = join(folder, '#rust.2018-05-29.log');
  writeFileSync(file, '21:20 <ada> hi\n');
  const options: ImportCommandOptions = {
    mode: 'development',
    flags: {},
    files: [file],
    url: 'http://127.0.0.1:1',
    utcOffset: '+00:00',
    category: 'Imported',
    userPrefix: '',
    dryRun: false,
    json: false,
  };
  await expect(importIrcCommand(options, capture().output)).rejects.toMatchObject({ exitCode: 3 });
});
