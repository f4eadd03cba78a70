import { describe, expect, test } from 'vitest';
import { catalogue, type FactOf } from '../../src/domain/catalogue/catalogue.js';
import type { Principal } from '../../src/domain/catalogue/values.js';
import { isParked } from '../../src/domain/kernel/catalogue.js';
import { Directory } from '../../src/projections/directory/directory.js';
import {
  categoryFromRow,
  directory,
  namesByCategory,
  principalFromRow,
  roomFromRow,
} from '../../src/projections/directory-rows.js';
import { openReadModels, project, type Tables } from './projected.js';
import { Log } from './recorded.js';

const on = { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' } as const;
function category(name: string, more: { parentId?: string; allowed?: Principal[] } = {}): FactOf<'CategoryCreated'> {
  const lists = { denied: [{ user: 'eve' }], creators: [{ group: 'g' }] };
  return { type: 'CategoryCreated', data: { name, description: 'd', ...lists, settings: on, ...more } };
}

function room(name: string, categoryId: string): FactOf<'RoomCreated'> {
  const lists = { members: [{ user: 'ada' }], managers: [{ group: 'm' }], presenters: [] };
  const kind = { privacy: 'closed', type: 'normal', invitations: 'inherit' } as const;
  return { type: 'RoomCreated', data: { name, categoryId, description: '', topic: '', ...kind, ...lists } };
}

const reserved = (name: string, roomId: string) => ({ type: 'NameReserved', data: { name, roomId } }) as const;
const released = (name: string, roomId: string) => ({ type: 'NameReleased', data: { name, roomId } }) as const;

describe('directory', () => {
  const models = openReadModels();
  const tablesOf = (log: Log) => project(models(), directory, log.events);

  /** What a node knows from the rows has to be what it would know from the events. */
  const expectAsFromEvents = (tables: Tables, log: Log) => {
    const known = new Directory();
    for (const recorded of log.events) {
      const event = catalogue.decode(recorded);
      if (!isParked(event)) known.apply(event);
    }
    const names = namesByCategory(tables['names'] ?? []);
    for (const row of tables['categories'] ?? []) {
      const entry = categoryFromRow(row, names.get(String(row['id'])) ?? new Map<string, string>());
      const { state, ...rest } = known.categoryEntry(entry.id) ?? {};
      expect(entry).toMatchObject(rest);
      expect(plain(entry.state)).toEqual(plain(state));
    }
    for (const row of tables['rooms'] ?? []) expect(roomFromRow(row)).toEqual(known.roomEntry(String(row['id'])));
    for (const row of tables['principals'] ?? [])
      expect(principalFromRow(row)).toEqual(known.principalEntry(String(row['id'])));
  };

  test('rooms, categories and users come out of the rows as the domain folds them', async () => {
    const log = new Log();
    log.append('category-c1', category('Root', { allowed: [{ group: 'staff' }] }));
    log.append('category-c1', { type: 'ChildReserved', data: { categoryId: 'c2' } });
    log.append('category-c2', category('Child', { parentId: 'c1' }));
    log.append('category-c1', reserved('news', 'r1'));
    log.append('room-r1', room('News', 'c1'));
    log.append('room-r1', { type: 'MemberAdded', data: { principal: { user: 'bob' } } });
    log.append('room-r1', { type: 'RoomDisabled', data: {} });
    log.append('principal-p1', {
      type: 'PrincipalRegistered',
      data: { id: 'ada', name: 'Ada', email: 'a@x', internal: true, groups: ['g'] },
    });
    log.append('principal-p1', { type: 'PrincipalDisabled', data: { id: 'ada' } });
    const tables = await tablesOf(log);
    expectAsFromEvents(tables, log);
    expect(tables['rooms']).toMatchObject([{ id: 'r1', revision: 2, position: 7, created: 5 }]);
    expect(tables['rooms']).toMatchObject([{ state: { members: ['user:ada', 'user:bob'], disabled: true } }]);
    expect(tables['categories']).toMatchObject([
      { id: 'c1', created: 1, position: 4 },
      { id: 'c2', created: 3 },
    ]);
    expect(tables['principals']).toMatchObject([{ id: 'ada', state: { disabled: true, groups: ['g'] } }]);
  });

  test('a name is a row of its own, and only the room that holds it can give it back', async () => {
    const log = new Log();
    log.append('category-c1', category('Root'));
    log.append('category-c1', reserved('news', 'r1'));
    log.append('category-c1', reserved('talk', 'r2'));
    log.append('category-c1', released('news', 'r9'));
    log.append('category-c1', released('talk', 'r2'));
    const tables = await tablesOf(log);
    expect(tables['names']).toEqual([{ categoryId: 'c1', name: 'news', roomId: 'r1' }]);
    expectAsFromEvents(tables, log);
    log.append('category-c1', reserved('news', 'r3'));
    log.append('category-c1', released('news', 'r1'));
    const later = await tablesOf(log);
    expect(later['names']).toEqual([{ categoryId: 'c1', name: 'news', roomId: 'r3' }]);
    expectAsFromEvents(later, log);
  });

  test('what was deleted or abandoned stays known, so that it cannot be made again', async () => {
    const log = new Log();
    log.append('category-c1', category('Root'));
    log.append('category-c1', { type: 'CategoryDeleted', data: {} });
    log.append('category-c2', { type: 'CategoryAbandoned', data: {} });
    log.append('room-r1', room('News', 'c1'));
    log.append('room-r1', { type: 'RoomDeleted', data: {} });
    log.append('room-r2', { type: 'NameReservationDropped', data: { categoryId: 'c1', name: 'x' } });
    const tables = await tablesOf(log);
    expect(tables['categories']).toMatchObject([{ state: { kind: 'deleted' } }, { state: { kind: 'abandoned' } }]);
    expect(tables['rooms']).toMatchObject([
      { state: { kind: 'deleted', name: 'News' } },
      { state: { kind: 'abandoned' } },
    ]);
    expectAsFromEvents(tables, log);
  });
});

/** Maps of any kind, compared by what they hold. */
function plain(state: object | undefined) {
  const names: unknown = state && 'names' in state ? state.names : undefined;
  return names instanceof Map || isMap(names) ? { ...state, names: [...names] } : state;
}

function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'entries' in value;
}
