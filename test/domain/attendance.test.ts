import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcing, nobodyPresent } from '../../src/domain/attendance/announcing.js';
import { decideJoin, decideLeave, decideUnfollow } from '../../src/domain/attendance/decide.js';

const present = { present: true, following: true };
const away = { present: false, following: true };
const stranger = { present: false, following: false };

describe('joining', () => {
  it('is recorded when somebody comes or comes back, not when they are there', () => {
    const joined = [{ type: 'ParticipantJoined', data: {} }];
    expect(decideJoin(stranger).facts).toStrictEqual(joined);
    expect(decideJoin(away).facts).toStrictEqual(joined);
    expect(decideJoin(present).facts).toStrictEqual([]);
  });

  it('follows the room again', () => {
    expect(decideJoin({ present: true, following: false }).facts).toHaveLength(1);
  });

  it('keeps the time an import claims', () => {
    const claimed = { claimedTime: '1999-12-31T23:59:59.000Z' };
    expect(decideJoin(stranger, claimed).facts).toStrictEqual([{ type: 'ParticipantJoined', data: claimed }]);
  });
});

describe('leaving', () => {
  it('is recorded with its reason, once', () => {
    const data = { reason: 'node lost', message: 'gone' } as const;
    expect(decideLeave(present, data).facts).toStrictEqual([{ type: 'ParticipantLeft', data }]);
    expect(decideLeave(away, data).facts).toStrictEqual([]);
    expect(decideLeave(stranger, data).facts).toStrictEqual([]);
  });

  it('ends following by parting, also from afar', () => {
    const unfollowed = [{ type: 'RoomUnfollowed', data: {} }];
    expect(decideLeave(present, { reason: 'parted' }).facts).toStrictEqual([
      { type: 'ParticipantLeft', data: { reason: 'parted' } },
    ]);
    expect(decideLeave(away, { reason: 'parted' }).facts).toStrictEqual(unfollowed);
    expect(decideLeave(stranger, { reason: 'parted' }).facts).toStrictEqual([]);
    expect(decideUnfollow(away).facts).toStrictEqual(unfollowed);
    expect(decideUnfollow(stranger).facts).toStrictEqual([]);
    expect(decideUnfollow(present).facts).toStrictEqual([]);
  });
});

describe('join and leave notices', () => {
  const walk = (counts: readonly number[]) => {
    let state = nobodyPresent;
    return counts.map((count) => (state = announcing(state, count)).on);
  };

  it('go on up to the limit and stop above it', () => {
    expect(walk([1, 75, 76, 75])).toStrictEqual([true, true, false, false]);
  });

  it('resume below 80 % of the limit, not at it', () => {
    expect(walk([76, 61, 60, 59, 75, 76])).toStrictEqual([false, false, false, true, true, false]);
  });

  it('keep the count, and take another limit', () => {
    expect(announcing({ count: 4, on: true }, 5, 4)).toStrictEqual({ count: 5, on: false });
    expect(announcing({ count: 5, on: false }, 4, 5)).toStrictEqual({ count: 4, on: false });
    expect(announcing({ count: 4, on: false }, 3, 5)).toStrictEqual({ count: 3, on: true });
  });

  it('are off above the limit and on below 80 % of it, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12)), fc.integer({ min: 1, max: 10 }), (counts, limit) => {
        let state = nobodyPresent;
        for (const count of counts) {
          const before = state.on;
          state = announcing(state, count, limit);
          if (count > limit) expect(state.on).toBe(false);
          else if (count < limit * 0.8) expect(state.on).toBe(true);
          else expect(state.on).toBe(before);
        }
      }),
    );
  });
});
