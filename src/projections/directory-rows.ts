import type { EventOf, HansardEvent } from '../domain/catalogue/catalogue.js';
import type { CategoryState } from '../domain/category/category.js';
import { initialCategory, evolveCategory } from '../domain/category/evolve.js';
import { idOf } from '../domain/kernel/event.js';
import type { Position } from '../domain/kernel/position.js';
import { initialPrincipal, evolvePrincipal } from '../domain/principal/evolve.js';
import type { PrincipalState } from '../domain/principal/principal.js';
import { initialRoom, evolveRoom } from '../domain/room/evolve.js';
import type { RoomState } from '../domain/room/room.js';
import {
  isCategoryEvent,
  isPrincipalEvent,
  isRoomEvent,
  type CategoryEvent,
  type PrincipalEvent,
  type RoomEvent,
} from './directory-events.js';
import { categoryJson, categoryOfJson, principalOfJson, roomJson, roomOfJson } from './directory-states.js';
import type { Entry } from './directory/directory.js';
import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** A state as JSON, as of a revision of its stream. */
type EntryRow = Readonly<{
  id: string;
  revision: number;
  /** Of the last event folded in. */
  position: Position;
  /** Position of the first event: rows in this order are in the order of their creation. */
  created: Position;
  state: object;
}>;

/** A name given out in a category. */
type NameRow = Readonly<{ categoryId: string; name: string; roomId: string }>;

/**
 * Categories, rooms and users as the domain folds them, so that a node needs not read the whole log to know them. The names
 * that a category gave out have a table of their own: creating one room among ten thousand writes one name, not all.
 */
export const directory: Projection = {
  schema: {
    name: 'directory',
    version: 1,
    tables: {
      categories: { key: ['id'] },
      names: { key: ['categoryId', 'name'] },
      rooms: { key: ['id'] },
      principals: { key: ['id'] },
    },
  },
  categories: ['category', 'room', 'principal'],
  changes(event) {
    if (isRoomEvent(event)) return [roomChange(event)];
    if (isPrincipalEvent(event)) return [principalChange(event)];
    if (!isCategoryEvent(event)) return [];
    const change = categoryChange(event);
    return event.type === 'NameReserved' || event.type === 'NameReleased' ? [change, nameChange(event)] : [change];
  },
};

/**
 * `names`: those of this category, read after its row, so that an event missing in the row is not missing in the names.
 * Events behind the row's position then lead to the same state, whether the names have seen them or not.
 */
export function categoryFromRow(row: Row, names: ReadonlyMap<string, string>): Entry<CategoryState> {
  const { id, revision, position, state } = entryRow(row);
  return { id, revision, position, state: categoryOfJson(state, names) };
}

export function roomFromRow(row: Row): Entry<RoomState> {
  const { id, revision, position, state } = entryRow(row);
  return { id, revision, position, state: roomOfJson(state) };
}

export function principalFromRow(row: Row): Entry<PrincipalState> {
  const { id, revision, position, state } = entryRow(row);
  return { id, revision, position, state: principalOfJson(state) };
}

/** The rows of `names` as `categoryFromRow` wants them: by category, folded name → room. */
export function namesByCategory(rows: Iterable<Row>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const names = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const { categoryId, name, roomId } = nameRow(row);
    const known = names.get(categoryId) ?? new Map<string, string>();
    names.set(categoryId, known.set(name, roomId));
  }
  return names;
}

function entryRow(row: Row): EntryRow {
  return row as EntryRow; // made by this projection, and by it alone
}

function nameRow(row: Row): NameRow {
  return row as NameRow; // made by this projection, and by it alone
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

function categoryChange(event: CategoryEvent): Change {
  return entryChange('categories', idOf(event.stream), event, (state) =>
    categoryJson(evolveCategory(state ? categoryOfJson(state, NO_NAMES) : initialCategory, event)),
  );
}

function roomChange(event: RoomEvent): Change {
  return entryChange('rooms', idOf(event.stream), event, (state) =>
    roomJson(evolveRoom(state ? roomOfJson(state) : initialRoom, event)),
  );
}

/** A user's state is JSON as it is. */
function principalChange(event: PrincipalEvent): Change {
  return entryChange('principals', event.data.id, event, (state) =>
    evolvePrincipal(state ? principalOfJson(state) : initialPrincipal, event),
  );
}

function entryChange(
  table: string,
  id: string,
  { revision, position }: HansardEvent,
  evolve: (state: object | undefined) => object,
): Change {
  return {
    table,
    key: [id],
    fold(row) {
      const before = row && entryRow(row);
      const after: EntryRow = {
        id,
        revision,
        position,
        created: before?.created ?? position,
        state: evolve(before?.state),
      };
      return after;
    },
  };
}

/** As the domain has it: a reservation replaces another, a release ends only that of its own room. */
function nameChange({ type, stream, data }: EventOf<'NameReserved' | 'NameReleased'>): Change {
  const row: NameRow = { categoryId: idOf(stream), ...data };
  return {
    table: 'names',
    key: [row.categoryId, row.name],
    fold(before) {
      if (type === 'NameReserved') return row;
      return before && nameRow(before).roomId === row.roomId ? undefined : before;
    },
  };
}
