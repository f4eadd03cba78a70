import { describe, expect, test } from 'vitest';
import { attendance } from '../../src/projections/attendance.js';
import { openReadModels, project } from './projected.js';
import { ADA, BOB, Log, seconds } from './recorded.js';

const joined = { type: 'ParticipantJoined', data: {} } as const;
const left = (reason: 'parted' | 'idle' | 'removed') => ({ type: 'ParticipantLeft', data: { reason } }) as const;
const unfollowed = { type: 'RoomUnfollowed', data: {} } as const;
const HERE = 'attendance-r1';

describe('attendance', () => {
  const models = openReadModels();
  const people = async (log: Log) => (await project(models(), attendance, log.events))['people'];
  const ada = { roomId: 'r1', userId: 'ada', name: 'Ada', email: 'ada@example.org', internal: true };

  test('one who joins is present and follows, since the join', async () => {
    const log = new Log();
    log.append(HERE, joined, { time: seconds(5) });
    expect(await people(log)).toEqual([{ ...ada, present: true, since: seconds(5), following: true, position: 1 }]);
  });

  test('joining again is the same presence, under the name of now', async () => {
    const log = new Log();
    log.append(HERE, joined, { time: seconds(1) });
    log.append(HERE, joined, { time: seconds(2), actor: { ...ADA, name: 'Ada L.' } });
    expect(await people(log)).toMatchObject([{ since: seconds(1), name: 'Ada L.', position: 2 }]);
  });

  test('one who leaves for any other reason goes on following', async () => {
    const log = new Log();
    log.append(HERE, joined);
    log.append(HERE, left('idle'));
    expect(await people(log)).toEqual([{ ...ada, present: false, since: '', following: true, position: 2 }]);
  });

  test('one who comes back is present since then', async () => {
    const log = new Log();
    log.append(HERE, joined);
    log.append(HERE, left('removed'));
    log.append(HERE, joined, { time: seconds(9) });
    expect(await people(log)).toMatchObject([{ present: true, since: seconds(9), following: true }]);
  });

  test('one who parts is gone', async () => {
    const log = new Log();
    log.append(HERE, joined);
    log.append(HERE, left('parted'));
    expect(await people(log)).toEqual([]);
  });

  test('one who unfollows while absent is gone, one who does it while present stays until leaving', async () => {
    const log = new Log();
    log.append(HERE, joined);
    log.append(HERE, left('idle'));
    log.append(HERE, unfollowed);
    log.append(HERE, joined, { actor: BOB });
    log.append(HERE, unfollowed, { actor: BOB });
    expect(await people(log)).toMatchObject([{ userId: 'bob', present: true, following: false }]);
    log.append(HERE, left('idle'), { actor: BOB });
    expect(await people(log)).toEqual([]);
  });

  test('leaving or unfollowing without having come is nothing, and so is reading', async () => {
    const log = new Log();
    log.append(HERE, left('idle'));
    log.append(HERE, unfollowed);
    log.append(HERE, { type: 'HistoryViewed', data: { from: 0, to: 3, via: 'page' } });
    expect(await people(log)).toEqual([]);
  });
});
