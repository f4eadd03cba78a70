import { describe, expect, it } from 'vitest';
import type { Position } from '../../../src/domain/kernel/position.js';
import { RecentKeys, type KeyRecord } from '../../../src/projections/directory/recent-keys.js';

function at(position: number): KeyRecord {
  const place = { stream: 's-1', revision: position, type: 'MessagePosted', position: position as Position };
  return { key: `key ${position}`, fingerprint: 'f', ...place };
}

function recent(...positions: readonly number[]): RecentKeys {
  const keys = new RecentKeys();
  for (const position of positions) keys.add(at(position));
  return keys;
}

function known(keys: RecentKeys, ...positions: readonly number[]): number[] {
  return positions.filter((position) => keys.get(`key ${position}`));
}

describe('recent idempotency keys', () => {
  it('are forgotten up to the checkpoint of the index', () => {
    const keys = recent(1, 2, 5);
    keys.forget(2 as Position);
    expect(known(keys, 1, 2, 5)).toStrictEqual([5]);
  });

  it('are kept behind the position of the oldest command under way', () => {
    const keys = recent(1, 2, 3, 4);
    const first = keys.hold(1 as Position);
    const second = keys.hold(3 as Position);
    keys.forget(4 as Position);
    expect(known(keys, 1, 2, 3, 4)).toStrictEqual([2, 3, 4]);
    first();
    keys.forget(4 as Position);
    expect(known(keys, 1, 2, 3, 4)).toStrictEqual([4]);
    second();
    keys.forget(4 as Position);
    expect(known(keys, 1, 2, 3, 4)).toStrictEqual([]);
  });

  it('stand for the first event of their command', () => {
    const keys = recent(1);
    keys.add({ ...at(2), key: 'key 1' });
    expect(keys.get('key 1')?.position).toBe(1);
  });
});
