import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EventId } from './domain/kernel/event.js';
import type { Clock, Ids } from './domain/kernel/ports.js';

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date().toISOString() };

/** Ids from the operating system's randomness and from SHA-256; event ids are UUIDs of RFC 9562, version 4 and 8. */
export const systemIds: Ids = {
  random: () => randomBytes(16).toString('hex'),
  derived: (...parts) => digest(parts).toString('hex', 0, 16),
  randomEvent: () => randomUUID() as EventId,
  derivedEvent: (...parts) => uuid8(digest(parts)) as EventId,
};

/** Each part is preceded by its length, so that no two lists of parts run into the same bytes. */
function digest(parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part, 'utf8');
  return hash.digest();
}

function uuid8(hash: Buffer): string {
  const bytes = Buffer.from(hash.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The version in package.json, which stands beside `src` and `dist` alike. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
