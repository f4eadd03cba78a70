import { hostname } from 'node:os';
import { join } from 'node:path';
import type { SettingName } from './settings.js';

export type Mode = 'development' | 'production';

/** Settings as they are written, before they are read. */
export type Written = Readonly<Partial<Record<SettingName, unknown>>>;

const COMMON = {
  host: '127.0.0.1',
  port: 8080,
  store: 'embedded',
  readModels: 'embedded',
  deployment: 'local',
  roles: 'api,projector,compliance',
  oidcAlgorithm: 'RS256',
  archiveAdapters: 'xml,jsonl',
  archiveProfile: 'full',
  messageBytes: 8_192,
  storyBytes: 65_536,
  participantUpdateLimit: 75,
  streamQueueBytes: 1_048_576,
  shutdownTimeout: '5s',
  logLevel: 'info',
} satisfies Written;

const BY_MODE = {
  development: { data: './data/dev', archiveInterval: '60s', demo: 'on', rateLimit: 'off', nodeId: 'dev' },
  production: { data: './data/hansard', archiveInterval: '15m', demo: 'off', rateLimit: 600 },
} satisfies Record<Mode, Written>;

export function defaultsOf(mode: Mode): Written {
  return { ...COMMON, nodeId: ownName(), ...BY_MODE[mode] };
}

/** Defaults that follow from other settings. */
export function derivedDefaults({ data, host, port }: Written): Written {
  return {
    ...(typeof data === 'string' && { archive: join(data, 'archive') }),
    nodeUrl: `http://${addressOf(host)}:${String(port)}`,
  };
}

/** Where others reach this node: an address that means "all of them" is no address to go to. */
function addressOf(host: unknown): string {
  if (typeof host !== 'string' || host === '0.0.0.0' || host === '::') return ownName();
  return host.includes(':') ? `[${host}]` : host;
}

function ownName(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 64) || 'node'
  );
}
