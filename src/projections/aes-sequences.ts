import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Position } from '../domain/kernel/position.js';
import type { SequenceCodec } from './sequence.js';

const ALGORITHM = 'aes-256-ecb';
const BLOCK = 16;
/** One block in base64url. */
const CURSOR = /^[A-Za-z0-9_-]{22}$/;
const HIGH = 2 ** 32;
/** Positions that are encrypted at once where one follows the other, as in a replay: a call costs more than a block. */
const RUN = 64;

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
  const blocks = Buffer.alloc(RUN * BLOCK);
  for (let at = 0; at < blocks.length; at += BLOCK) check.copy(blocks, at + 8);
  const encrypted = (first: number, count: number) => {
    for (let n = 0; n < count; n += 1) {
      blocks.writeUInt32BE(Math.floor((first + n) / HIGH), n * BLOCK);
      blocks.writeUInt32BE((first + n) % HIGH, n * BLOCK + 4);
    }
    return cipher.update(blocks.subarray(0, count * BLOCK));
  };
  let last = -1;
  let run = { first: 0, end: 0, bytes: blocks };
  return {
    encode(position) {
      const follows = position === last + 1 && position <= Number.MAX_SAFE_INTEGER - RUN;
      last = position;
      if (position < run.first || position >= run.end) {
        if (!follows) return encrypted(position, 1).toString('base64url');
        run = { first: position, end: position + RUN, bytes: encrypted(position, RUN) };
      }
      const at = (position - run.first) * BLOCK;
      return run.bytes.toString('base64url', at, at + BLOCK);
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
