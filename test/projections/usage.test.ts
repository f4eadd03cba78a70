import { describe, expect, test } from 'vitest';
import type { FactOf } from '../../src/domain/catalogue/catalogue.js';
import { reportPage, type ReportName } from '../../src/projections/usage-reports.js';
import { usage } from '../../src/projections/usage.js';
import { openReadModels, project } from './projected.js';
import { ADA, BOB, Log } from './recorded.js';

const said = { type: 'MessagePosted', data: { kind: 'normal', text: 'x' } } as const;
const joined = { type: 'ParticipantJoined', data: {} } as const;
const room = (name: string): FactOf<'RoomCreated'> => ({
  type: 'RoomCreated',
  data: {
    name,
    categoryId: 'c',
    description: '',
    topic: '',
    privacy: 'open',
    type: 'normal',
    invitations: 'inherit',
    members: [],
    managers: [],
    presenters: [],
  },
});
const at = (day: number, hour = 12) => ({ time: `2026-11-0${day}T${hour}:00:00.000Z` });

describe('usage', () => {
  const models = openReadModels();
  const report = async (name: ReportName, log: Log, more: object = {}) => {
    await project(models(), usage, log.events);
    return (await reportPage(models(), name, { limit: 10, ...more })).items;
  };

  test('a room has its name of now, its messages, and when the last one was posted', async () => {
    const log = new Log();
    log.append('room-r1', room('old'));
    log.append('transcript-r1', said, at(2));
    log.append('transcript-r1', said, at(1));
    log.append('room-r1', { type: 'RoomRenamed', data: { name: 'new' } });
    log.append('room-r2', room('silent'));
    expect(await report('rooms', log)).toEqual([
      { room: { id: 'r1', name: 'new' }, messages: 2, participants: 0, lastActivity: at(2).time },
      { room: { id: 'r2', name: 'silent' }, messages: 0, participants: 0 },
    ]);
  });

  test('whoever was ever in a room is one participant of it, however often', async () => {
    const log = new Log();
    for (const actor of [ADA, BOB, ADA]) log.append('attendance-r1', joined, { actor });
    log.append('attendance-r1', { type: 'ParticipantLeft', data: { reason: 'parted' } }, { actor: BOB });
    log.append('attendance-r2', joined, { actor: ADA });
    for (const roomId of ['r1', 'r2']) log.append(`transcript-${roomId}`, said);
    expect(await report('rooms', log)).toMatchObject([
      { room: { id: 'r2' }, participants: 1 },
      { room: { id: 'r1' }, participants: 2 },
    ]);
    expect(await report('users', log)).toMatchObject([{ user: { id: 'ada' }, messages: 2, rooms: 2 }]);
  });

  test('unlogged and redacted messages count, edits and redactions do not', async () => {
    const log = new Log();
    log.append('transcript-r1', said, { logged: false });
    log.append('transcript-r1', said);
    log.append('transcript-r1', { type: 'MessageEdited', data: { seq: 1, text: 'y' } });
    log.append('transcript-r1', { type: 'MessageRedacted', data: { seq: 0 } });
    expect(await report('rooms', log)).toMatchObject([{ messages: 2 }]);
    expect(await report('users', log)).toMatchObject([{ messages: 2 }]);
  });

  test('users come with the most active first, those who said nothing last', async () => {
    const log = new Log();
    const registered = (id: string, name: string): FactOf<'PrincipalRegistered'> => ({
      type: 'PrincipalRegistered',
      data: { id, name, email: '', internal: true, groups: [] },
    });
    log.append('principal-1', registered('eve', 'Eve'));
    log.append('principal-2', registered('ada', 'Ada'));
    for (const actor of [ADA, BOB, BOB]) log.append('transcript-r1', said, { actor });
    const users = await report('users', log);
    expect(users).toMatchObject([
      { user: { id: 'bob', name: 'Bob' }, messages: 2 },
      { user: { id: 'ada', name: 'Ada' }, messages: 1 },
      { user: { id: 'eve', name: 'Eve' }, messages: 0 },
    ]);
    const { items, next } = await reportPage(models(), 'users', { limit: 2 });
    expect(items).toEqual(users.slice(0, 2));
    expect(await reportPage(models(), 'users', { limit: 2, after: next })).toEqual({
      items: users.slice(2),
      next: undefined,
    });
  });

  test('a day is a UTC day; those from since on and before until are given', async () => {
    const log = new Log();
    for (const around of [at(1, 23), at(1), at(2), at(4)]) log.append('transcript-r1', said, around);
    const days = [
      { day: '2026-11-01', messages: 2 },
      { day: '2026-11-02', messages: 1 },
      { day: '2026-11-04', messages: 1 },
    ];
    expect(await report('days', log)).toEqual(days);
    expect(await report('days', log, { since: '2026-11-02' })).toEqual(days.slice(1));
    expect(await report('days', log, { until: '2026-11-02' })).toEqual(days.slice(0, 1));
    expect(await report('days', log, { since: '2026-11-02', until: '2026-11-04' })).toEqual(days.slice(1, 2));
  });
});
