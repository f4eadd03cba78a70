import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.js';
import { readKey } from './values.js';

const BYTES = 32;
const FILE = 'deployment.key';

/** The configuration is fine, but what it points to is not. The message is a sentence for the operator. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * The key that seals cursors and signs local tokens: given by the configuration, or else in `<DATA>/deployment.key`,
 * which is made at the first start. All nodes of a deployment need the same.
 */
export function deploymentKey({ key, data }: Pick<Config, 'key' | 'data'>): Buffer {
  if (key && 'given' in key) return key.given;
  if (key) return fromFile(key.file);
  const file = join(data, FILE);
  return ifThere(file) ?? made(data, file);
}

function made(folder: string, file: string): Buffer {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${randomBytes(BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    chmodSync(draft, 0o600); // whatever the umask took away or left
    linkSync(draft, file); // whole or not at all, and never over another process's key
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return fromFile(file);
}

function ifThere(file: string): Buffer | undefined {
  try {
    return parsed(file, readFileSync(file, 'utf8'));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function fromFile(file: string): Buffer {
  const key = ifThere(file);
  if (!key)
    throw new ConfigurationError(`The key file ${file} does not exist: make it, or point HANSARD_KEY_FILE to it.`);
  return key;
}

function parsed(file: string, content: string): Buffer {
  const key = readKey(content, BYTES);
  if (!key) throw new ConfigurationError(`The key file ${file} must hold at least ${BYTES} bytes in hex or base64.`);
  return key;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
