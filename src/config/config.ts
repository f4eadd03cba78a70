import { resolve } from 'node:path';
import type { Mode } from './defaults.js';
import type { Settings } from './settings.js';

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: string;
  readonly jwks: { readonly file: string } | { readonly url: string };
}

/** What the program runs with. Folders and files are absolute, times are milliseconds. */
export interface Config {
  readonly mode: Mode;
  /** Name of the deployment: part of every event's source and the audience of local tokens. */
  readonly deployment: string;
  readonly node: { readonly id: string; readonly url: string };
  readonly http: { readonly host: string; readonly port: number };
  readonly data: string;
  readonly store: 'embedded';
  readonly readModels: 'embedded';
  readonly roles: Settings['roles'];
  readonly archive: {
    readonly folder: string;
    readonly adapters: Settings['archiveAdapters'];
    readonly intervalMs: number;
    /** Of the `xml` adapter. */
    readonly profile: Settings['archiveProfile'];
  };
  /** Demo data when the log is empty. */
  readonly demo: boolean;
  /** The deployment key as configured; see `deploymentKey`. */
  readonly key: { readonly given: Buffer } | { readonly file: string } | undefined;
  readonly auth: { readonly oidc: OidcConfig | undefined; readonly tokenKey: Buffer | undefined };
  readonly limits: {
    readonly messageBytes: number;
    readonly storyBytes: number;
    readonly participantUpdateLimit: number;
    readonly streamQueueBytes: number;
    /** Requests a minute and user. */
    readonly rate: number | 'off';
  };
  readonly log: { readonly level: Settings['logLevel'] };
  readonly shutdown: { readonly phaseTimeoutMs: number };
}

/** Of settings that do not contradict each other. */
export function configOf(mode: Mode, settings: Settings): Config {
  return {
    mode,
    deployment: settings.deployment,
    node: { id: settings.nodeId, url: settings.nodeUrl },
    http: { host: settings.host, port: settings.port },
    data: resolve(settings.data),
    store: 'embedded',
    readModels: 'embedded',
    roles: settings.roles,
    archive: {
      folder: resolve(settings.archive),
      adapters: settings.archiveAdapters,
      intervalMs: settings.archiveInterval,
      profile: settings.archiveProfile,
    },
    demo: settings.demo === 'on',
    key: keyOf(settings),
    auth: { oidc: oidcOf(settings), tokenKey: settings.tokenKey },
    limits: {
      messageBytes: settings.messageBytes,
      storyBytes: settings.storyBytes,
      participantUpdateLimit: settings.participantUpdateLimit,
      streamQueueBytes: settings.streamQueueBytes,
      rate: settings.rateLimit,
    },
    log: { level: settings.logLevel },
    shutdown: { phaseTimeoutMs: settings.shutdownTimeout },
  };
}

function keyOf({ key, keyFile }: Settings): Config['key'] {
  if (key) return { given: key };
  return keyFile === undefined ? undefined : { file: resolve(keyFile) };
}

function oidcOf(settings: Settings): OidcConfig | undefined {
  const { oidcIssuer: issuer, oidcAudience: audience, oidcJwksFile: file, oidcJwksUrl: url } = settings;
  if (issuer === undefined || audience === undefined) return undefined;
  const jwks = file !== undefined ? { file: resolve(file) } : url !== undefined ? { url } : undefined;
  return jwks && { issuer, audience, algorithm: settings.oidcAlgorithm, jwks };
}
