import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Position } from '../domain/kernel/position.js';
import type { SequenceCodec } from './sequence.js';

const ALGORITHM = 'aes-256-ecb';
const BLOCK = 16;
/** One block in base64url. */
const CURSOR = /^[A-Za-z0-9_-]{22}$/;
const HIGH = 2 ** 32;

/**
 * A position is one AES block: 8 bytes of it and 8 bytes that every cursor of the deployment shares. Encrypting a single
 * block is a keyed permutation: the same position gives the same cursor for every reader, in no visible order, and of the
 * cursors that somebody makes up one in 2^64 is taken for real.
 */
export function aesSequences(deploymentKey: Buffer): SequenceCodec {
  const key = Buffer.from(hkdfSync('sha256', deploymentKey, '', 'hansard sequence key', 32));
  const check = Buffer.from(hkdfSync('sha256', deploymentKey, '', 'hansard sequence check', 8));
  // No block depends on the one before it, so one cipher serves for good.
  const cipher = createCipheriv(ALGORITHM, key, null).setAutoPadding(false);
  const decipher = createDecipheriv(ALGORITHM, key, null).setAutoPadding(false);
  const block = Buffer.alloc(BLOCK);
  check.copy(block, 8);
  return {
    encode(position) {
      block.writeUInt32BE(Math.floor(position / HIGH), 0);
      block.writeUInt32BE(position % HIGH, 4);
      return cipher.update(block).toString('base64url');
    },
    decode(cursor) {
      if (!CURSOR.test(cursor)) return undefined;
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.toString('base64url') !== cursor) return undefined; // other spellings of the same bytes
      const plain = decipher.update(bytes);
      if (!plain.subarray(8).equals(check)) return undefined;
      const position = plain.readUInt32BE(0) * HIGH + plain.readUInt32BE(4);
      return isPosition(position) ? position : undefined;
    },
  };
}

function isPosition(value: number): value is Position {
  return Number.isSafeInteger(value);
}
