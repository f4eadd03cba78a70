import { isAbsolute, relative, resolve } from 'node:path';
import type { Mode } from './defaults.js';
import { readDuration } from './values.js';
import type { Settings } from './settings.js';

const DAY = 86_400_000;
const INTERVAL = {
  development: { from: '1s', to: '30d' },
  production: { from: '1m', to: '30d' },
} as const;

/** Name that local tokens carry as their issuer. */
export const LOCAL_ISSUER = 'hansard';

/** Settings that are fine by themselves and not together: for each a sentence that says what to do. */
export function contradictionsOf(mode: Mode, settings: Settings): string[] {
  return [
    ...enginesOf(settings),
    ...network(mode, settings),
    ...keys(settings),
    ...issuer(settings),
    ...archive(mode, settings),
    ...limits(settings),
  ];
}

function* enginesOf(settings: Settings) {
  if (settings.store === 'eventstoredb') yield 'HANSARD_STORE=eventstoredb is not in this release: use embedded.';
  if (settings.readModels === 'mongodb') yield 'HANSARD_READ_MODELS=mongodb is not in this release: use embedded.';
  if (settings.store === 'embedded' && settings.eventstoredbUrl !== undefined) {
    yield 'HANSARD_EVENTSTOREDB_URL has no use while HANSARD_STORE is embedded: remove it.';
  }
  if (settings.readModels === 'embedded' && (settings.mongodbUrl ?? settings.mongodbDb) !== undefined) {
    yield 'HANSARD_MONGODB_URL and HANSARD_MONGODB_DB have no use while HANSARD_READ_MODELS is embedded: remove them.';
  }
  if (settings.store === 'embedded' && settings.roles.length < 3) {
    yield 'HANSARD_ROLES leaves out a role that no other process can run on an embedded log: remove HANSARD_ROLES.';
  }
}

/** Hosts that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i.test(host);
}

function* network(mode: Mode, { host }: Settings) {
  if (mode === 'development' && !isLoopback(host)) {
    yield `HANSARD_HOST=${host} would let anybody on the network in, because development tokens are not secret: use 127.0.0.1, or start with \`hansard serve\`.`;
  }
}

function* keys({ key, keyFile }: Settings) {
  if (key && keyFile !== undefined) yield 'HANSARD_KEY and HANSARD_KEY_FILE are both set: keep one of them.';
}

function* issuer(settings: Settings) {
  const { oidcIssuer, oidcAudience, oidcJwksFile, oidcJwksUrl } = settings;
  if (oidcIssuer === undefined) {
    if ((oidcAudience ?? oidcJwksFile ?? oidcJwksUrl) !== undefined) {
      yield 'HANSARD_OIDC_AUDIENCE, HANSARD_OIDC_JWKS_FILE and HANSARD_OIDC_JWKS_URL need HANSARD_OIDC_ISSUER: set it, or remove them.';
    }
    return;
  }
  if (oidcIssuer === LOCAL_ISSUER) {
    yield `HANSARD_OIDC_ISSUER=${LOCAL_ISSUER} is the name of local tokens: give the issuer's own.`;
  }
  if (oidcAudience === undefined) {
    yield 'HANSARD_OIDC_ISSUER without HANSARD_OIDC_AUDIENCE would accept tokens made for other programs: set the audience.';
  }
  if (oidcJwksFile === undefined && oidcJwksUrl === undefined) {
    yield 'HANSARD_OIDC_ISSUER needs its keys: set HANSARD_OIDC_JWKS_URL or HANSARD_OIDC_JWKS_FILE.';
  }
  if (oidcJwksFile !== undefined && oidcJwksUrl !== undefined) {
    yield 'HANSARD_OIDC_JWKS_FILE and HANSARD_OIDC_JWKS_URL are both set: keep one of them.';
  }
  if (oidcJwksUrl !== undefined && !isTrustworthy(new URL(oidcJwksUrl))) {
    yield 'HANSARD_OIDC_JWKS_URL must be https, because whoever changes the keys on the way can make tokens.';
  }
}

function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}

function* archive(mode: Mode, { archive: folder, data, archiveInterval }: Settings) {
  const { from, to } = INTERVAL[mode];
  if (archiveInterval < (readDuration(from) ?? 0) || archiveInterval > (readDuration(to) ?? 30 * DAY)) {
    yield `HANSARD_ARCHIVE_INTERVAL must be from ${from} to ${to} in ${mode}.`;
  }
  if (contains(folder, data)) {
    yield 'HANSARD_ARCHIVE holds the data folder, and whoever collects archive files may delete what is in it: give the archive a folder of its own.';
  }
}

/** The same folder, or one below it. */
function contains(outer: string, inner: string): boolean {
  const way = relative(resolve(outer), resolve(inner));
  return way === '' || (way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way));
}

function* limits({ messageBytes, storyBytes, shutdownTimeout }: Settings) {
  if (storyBytes < messageBytes) {
    yield `HANSARD_STORY_BYTES=${storyBytes} is less than HANSARD_MESSAGE_BYTES=${messageBytes}: a story is the longer one.`;
  }
  if (shutdownTimeout < 100 || shutdownTimeout > 3_600_000) {
    yield 'HANSARD_SHUTDOWN_TIMEOUT must be from 100ms to 1h.';
  }
}
