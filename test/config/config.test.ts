import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import type { Mode } from '../../src/config/defaults.js';

const folder = mkdtempSync(join(tmpdir(), 'hansard-config-'));
const file = join(folder, 'hansard.json');
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly mode?: Mode;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, string>;
}

function load({ mode = 'development', env = {}, flags = {} }: Given = {}) {
  return loadConfig({ mode, env, flags });
}

function config(given: Given = {}) {
  const loaded = load(given);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function problems(given: Given): string {
  const loaded = load(given);
  return loaded.ok ? '' : loaded.problems.join('\n');
}

describe('defaults', () => {
  it('development is loopback, small windows, demo data and no rate limit', () => {
    expect(config()).toMatchObject({
      http: { host: '127.0.0.1', port: 8080 },
      node: { url: 'http://127.0.0.1:8080' },
      data: resolve('data/dev'),
      archive: { folder: resolve('data/dev/archive'), adapters: ['xml', 'jsonl'], intervalMs: 60_000, profile: 'full' },
      demo: true,
      limits: { rate: 'off', messageBytes: 8_192, storyBytes: 65_536, participantUpdateLimit: 75 },
    });
  });

  it('production cuts windows every 15 minutes, limits users and has no demo data', () => {
    const production = config({ mode: 'production' });
    expect(production).toMatchObject({ archive: { intervalMs: 900_000 }, demo: false, limits: { rate: 600 } });
  });

  it('the archive and the address of the node follow the data folder, host and port', () => {
    const { archive, node } = config({ env: { HANSARD_DATA: '/srv/chat', HANSARD_HOST: '::1', HANSARD_PORT: '99' } });
    expect(archive.folder).toBe('/srv/chat/archive');
    expect(node.url).toBe('http://[::1]:99');
  });
});

describe('layers', () => {
  beforeAll(() => writeFileSync(file, JSON.stringify({ port: 1, host: 'localhost', deployment: 'filed' })));

  it('a flag beats the environment, which beats the file, which beats the default', () => {
    const env = { HANSARD_CONFIG: file, HANSARD_HOST: '::1', HANSARD_PORT: '2' };
    const loaded = load({ env, flags: { port: '3' } });
    expect(loaded).toMatchObject({
      ok: true,
      config: { http: { port: 3, host: '::1' }, deployment: 'filed' },
      sources: { port: '--port', host: 'HANSARD_HOST', deployment: file, data: 'default' },
    });
  });

  it('--config names another file than the environment does', () => {
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify({ deployment: 'other', archiveAdapters: ['jsonl'] }));
    const { deployment, archive } = config({ env: { HANSARD_CONFIG: file }, flags: { config: other } });
    expect(deployment).toBe('other');
    expect(archive.adapters).toEqual(['jsonl']);
  });

  it('an empty variable is one that is not set', () => {
    expect(config({ env: { HANSARD_PORT: '', HANSARD_CONFIG: '' } }).http.port).toBe(8080);
  });

  it('variables of other programs are none of its business', () => {
    expect(config({ env: { PORT: '1', HANSARDX: '2' } }).http.port).toBe(8080);
  });
});

describe('what is refused, in a sentence that says what to do', () => {
  it.each<[string, Given, RegExp]>([
    ['a port that is none', { env: { HANSARD_PORT: 'http' } }, /^HANSARD_PORT must be a whole number .*not "http"\.$/],
    ['a port out of range', { flags: { port: '65536' } }, /^--port must be a whole number from 0 to 65535/],
    ['an unknown variable', { env: { HANSARD_ARCHIV: 'x' } }, /HANSARD_ARCHIV is not .*did you mean HANSARD_ARCHIVE\?/],
    ['an unknown variable like none', { env: { HANSARD_FLUX_COMPENSATION: 'x' } }, /remove it/],
    ['two at once', { env: { HANSARD_POTR: '1', HANSARD_DEMO: 'yes' } }, /HANSARD_POTR[^]*HANSARD_DEMO/],
    ['development for the whole network', { env: { HANSARD_HOST: '0.0.0.0' } }, /development tokens are not secret/],
    ['a window of half a second', { env: { HANSARD_ARCHIVE_INTERVAL: '500ms' } }, /from 1s to 30d in development/],
    ['a window of a year', { env: { HANSARD_ARCHIVE_INTERVAL: '365d' } }, /from 1s to 30d/],
    ['a second in production', { mode: 'production', env: { HANSARD_ARCHIVE_INTERVAL: '1s' } }, /from 1m to 30d/],
    ['a window without a unit', { env: { HANSARD_ARCHIVE_INTERVAL: '60' } }, /a duration such as/],
    ['an adapter that is not there', { env: { HANSARD_ARCHIVE_ADAPTERS: 'xml,eml' } }, /comma list of xml, jsonl/],
    ['an adapter twice', { env: { HANSARD_ARCHIVE_ADAPTERS: 'xml,xml' } }, /each once/],
    ['the archive in the data folder itself', { env: { HANSARD_DATA: '/a', HANSARD_ARCHIVE: '/a' } }, /of its own/],
    ['the data folder in the archive', { env: { HANSARD_DATA: '/a/b', HANSARD_ARCHIVE: '/a/' } }, /of its own/],
    ['EventStoreDB', { env: { HANSARD_STORE: 'eventstoredb' } }, /not in this release: use embedded/],
    ['MongoDB', { env: { HANSARD_READ_MODELS: 'mongodb' } }, /not in this release/],
    ['an address of an engine that is not used', { env: { HANSARD_MONGODB_URL: 'mongodb://x' } }, /no use/],
    ['a role left out', { env: { HANSARD_ROLES: 'api' } }, /HANSARD_ROLES/],
    ['an issuer without audience', { env: { HANSARD_OIDC_ISSUER: 'https://id.example.org' } }, /set the audience/],
    ['an issuer without keys', { env: { HANSARD_OIDC_ISSUER: 'i', HANSARD_OIDC_AUDIENCE: 'a' } }, /needs its keys/],
    ['an audience without issuer', { env: { HANSARD_OIDC_AUDIENCE: 'hansard' } }, /need HANSARD_OIDC_ISSUER/],
    ['a short key', { env: { HANSARD_KEY: 'abcd' } }, /HANSARD_KEY must be at least 32 bytes/],
    ['a story shorter than a message', { env: { HANSARD_STORY_BYTES: '100' } }, /a story is the longer one/],
    ['a file that is not there', { flags: { config: join(folder, 'none.json') } }, /cannot be read/],
  ])('%s', (_name, given, sentence) => {
    expect(problems(given)).toMatch(sentence);
  });

  it('a key and a key file', () => {
    expect(problems({ env: { HANSARD_KEY: 'ab'.repeat(32), HANSARD_KEY_FILE: 'x' } })).toMatch(/keep one of them/);
  });

  it('keys of an issuer that come in the clear from elsewhere, but not from this machine', () => {
    const env = { HANSARD_OIDC_ISSUER: 'https://id.example.org', HANSARD_OIDC_AUDIENCE: 'hansard' };
    expect(problems({ env: { ...env, HANSARD_OIDC_JWKS_URL: 'http://id.example.org/jwks' } })).toMatch(/must be https/);
    expect(config({ env: { ...env, HANSARD_OIDC_JWKS_URL: 'http://127.0.0.1:9/jwks' } }).auth.oidc).toMatchObject({
      algorithm: 'RS256',
      jwks: { url: 'http://127.0.0.1:9/jwks' },
    });
  });

  it('a secret is named, never shown, and never taken from the command line', () => {
    expect(problems({ env: { HANSARD_TOKEN_KEY: 'hunter2' } })).not.toContain('hunter2');
    expect(problems({ flags: { key: 'ab'.repeat(32) } })).toMatch(/would show a secret .*HANSARD_KEY/);
  });

  it.each([
    ['no JSON', '{', /cannot be read/],
    ['no object', '[]', /one JSON object/],
    ['an unknown setting', '{"prot": 1}', /prot is not a setting.*did you mean port\?/],
    ['a wrong type', '{"port": true}', /HANSARD_PORT .*must be a whole number.*not true/],
  ])('a file with %s', (_name, content, sentence) => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, content);
    expect(problems({ flags: { config: bad } })).toMatch(sentence);
  });
});
