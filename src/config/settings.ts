import { z } from 'zod';
import { base64OrHex, duration, integer, oneOf, setOf, text, webAddress } from './values.js';

/**
 * Every setting once. The name `archiveInterval` is HANSARD_ARCHIVE_INTERVAL in the environment, `archiveInterval` in the
 * configuration file and `--archive-interval` on the command line.
 */
export const settingsSchema = z.strictObject({
  host: text('a host name or address', /^[A-Za-z0-9.:_-]+$/),
  port: integer(0, 65_535),
  data: text('a folder'),
  store: oneOf('embedded', 'eventstoredb'),
  readModels: oneOf('embedded', 'mongodb'),
  eventstoredbUrl: text('a connection string').optional(),
  mongodbUrl: text('a connection string').optional(),
  mongodbDb: text('a name').optional(),
  deployment: text('a name of 1 to 64 of A-Z a-z 0-9 . _ -', /^[A-Za-z0-9._-]{1,64}$/),
  nodeId: text('a name of 1 to 64 of A-Z a-z 0-9 . _ -', /^[A-Za-z0-9._-]{1,64}$/),
  nodeUrl: webAddress(),
  roles: setOf('api', 'projector', 'compliance'),
  key: base64OrHex(32).optional(),
  keyFile: text('a file').optional(),
  tokenKey: base64OrHex(32).optional(),
  oidcIssuer: text('the `iss` of the issuer').optional(),
  oidcAudience: text('the `aud` of the tokens').optional(),
  oidcJwksFile: text('a file').optional(),
  oidcJwksUrl: webAddress().optional(),
  oidcAlgorithm: oneOf('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'),
  archive: text('a folder'),
  archiveAdapters: setOf('xml', 'jsonl'),
  archiveInterval: duration(),
  archiveProfile: oneOf('full', 'strict'),
  demo: oneOf('on', 'off'),
  rateLimit: z.union([oneOf('off'), integer(1, 1_000_000)], {
    error: 'must be `off` or requests a minute, from 1 to 1000000',
  }),
  messageBytes: integer(1, 262_144),
  storyBytes: integer(1, 262_144),
  participantUpdateLimit: integer(1, 1_000_000),
  streamQueueBytes: integer(16_384, 1_073_741_824),
  shutdownTimeout: duration(),
  logLevel: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
});

/** Values of all settings, read and typed. */
export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = settingsSchema.keyof().options;

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingsSchema.shape, name);
}

/** Never shown, and never taken from the command line, which every user of the machine can read. */
const SECRETS: ReadonlySet<SettingName> = new Set(['key', 'tokenKey', 'eventstoredbUrl', 'mongodbUrl']);

export function isSecret(name: SettingName): boolean {
  return SECRETS.has(name);
}

const ENVIRONMENT_PREFIX = 'HANSARD_';
/** Names the configuration file, so it cannot stand in it. */
export const CONFIG_VARIABLE = 'HANSARD_CONFIG';

export function environmentName(name: SettingName): string {
  return ENVIRONMENT_PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export function flagName(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
