import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/domain/kernel/position.js';
import { aesSequences } from '../../src/projections/aes-sequences.js';

const position = fc.maxSafeNat().map((value) => value as Position);
const key = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes));

describe('sequences', () => {
  const sequences = aesSequences(Buffer.from('a deployment key'));

  it('give every position back', () => {
    fc.assert(
      fc.property(position, key, (at, own) => {
        const codec = aesSequences(own);
        expect(codec.decode(codec.encode(at))).toBe(at);
      }),
    );
    for (const at of [0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      expect(sequences.decode(sequences.encode(at as Position))).toBe(at);
    }
  });

  it('are the same for the same position and key, whatever was encoded in between', () => {
    fc.assert(
      fc.property(position, position, (one, other) => {
        const first = sequences.encode(one);
        sequences.encode(other);
        sequences.decode('A'.repeat(22));
        expect(sequences.encode(one)).toBe(first);
        expect(aesSequences(Buffer.from('a deployment key')).encode(one)).toBe(first);
      }),
    );
  });

  it('are the same in a run as one by one, wherever it begins, skips or turns back', () => {
    const alone = (at: Position) => aesSequences(Buffer.from('a deployment key')).encode(at);
    const steps = fc.array(fc.constantFrom(1, 1, 1, 1, 2, 70, -3), { maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(fc.nat(2 ** 33), fc.constant(Number.MAX_SAFE_INTEGER - 400)), steps, (from, by) => {
        const codec = aesSequences(Buffer.from('a deployment key'));
        let at = from;
        for (const step of by) {
          at = Math.min(Math.max(0, at + step), Number.MAX_SAFE_INTEGER);
          expect(codec.encode(at as Position)).toBe(alone(at as Position));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('of different positions differ in many places', () => {
    const seen = new Set<string>();
    for (let at = 0; at < 10_000; at += 1) seen.add(sequences.encode(at as Position).slice(0, 11));
    expect(seen.size).toBe(10_000);
  });

  it('of another deployment are refused', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(sequences.decode(aesSequences(Buffer.from('another key')).encode(at))).toBeUndefined();
      }),
    );
  });

  it('that were made up are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(sequences.decode(Buffer.from(bytes).toString('base64url'))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sequences.decode(text)).toBeUndefined();
      }),
    );
    for (const text of ['', '0', '-1', '18446744073709551616', 'A'.repeat(22), '../..', 'garbage']) {
      expect(sequences.decode(text)).toBeUndefined();
    }
  });

  it('are refused when one character is changed, added or taken away', () => {
    const cursor = sequences.encode(4711 as Position);
    for (let at = 0; at < cursor.length; at += 1) {
      for (const other of 'AQgw09_-') {
        const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
        if (changed !== cursor) expect(sequences.decode(changed)).toBeUndefined();
      }
    }
    for (const changed of [
      `${cursor}=`,
      `${cursor}==`,
      `${cursor}A`,
      ` ${cursor}`,
      `${cursor}\n`,
      cursor.slice(1),
      cursor.slice(0, -1),
    ]) {
      expect(sequences.decode(changed)).toBeUndefined();
    }
  });

  it('in another spelling of the same bytes are refused', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < 50; at += 1) {
      const cursor = sequences.encode(at as Position);
      const last = digits.indexOf(cursor.slice(-1));
      const twin = cursor.slice(0, -1) + (digits[last ^ 1] ?? '');
      expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(cursor, 'base64url'));
      expect(sequences.decode(twin)).toBeUndefined();
    }
  });

  it('with unsafe integers inside are refused', () => {
    // Blocks of the same codec, but with positions that no log has: only by the key's owner, so never in life.
    const codec = aesSequences(randomBytes(32));
    const unsafe = codec.encode((Number.MAX_SAFE_INTEGER + 1) as Position);
    expect(codec.decode(unsafe)).toBeUndefined();
  });
});
