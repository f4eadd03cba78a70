import { Categories } from '../../../src/api/commands/categories.js';
import type { CommandServices } from '../../../src/api/commands/handling.js';
import type { NamesOptions } from '../../../src/api/commands/names.js';
import { Rooms, type NewRoom } from '../../../src/api/commands/rooms.js';
import { NodeView } from '../../../src/api/node-view.js';
import type { CommandContext } from '../../../src/domain/kernel/command.js';
import type { EventId } from '../../../src/domain/kernel/event.js';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import type { Ids } from '../../../src/domain/kernel/ports.js';
import type { RoomPatch } from '../../../src/domain/room/decide.js';
import { Directory } from '../../../src/projections/directory/directory.js';
import { systemIds } from '../../../src/system.js';

/** Ids that tell where they come from and are the same in every run. */
function countedIds(node: string): Ids {
  let count = 0;
  const next = () => `${node}${String((count += 1)).padStart(4, '0')}`;
  return { ...systemIds, random: next, randomEvent: () => `event-${next()}` as EventId };
}

export const actor = { id: 'root', name: 'Root', email: 'root@example.org', internal: true };

/** What one key stands for is told by the fingerprint. */
export function context(key?: string, fingerprint = 'f'): CommandContext {
  return { actor, node: 'n', correlationId: 'c', ...(key !== undefined && { idempotency: { key, fingerprint } }) };
}

const ROOM = {
  description: '',
  topic: '',
  privacy: 'open',
  roomType: 'normal',
  invitations: 'inherit',
  members: [],
  managers: [],
  presenters: [],
} as const;

const CATEGORY = {
  name: 'category',
  description: '',
  denied: [],
  creators: [],
  settings: { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' },
} as const;

export interface NodeOptions extends Partial<NamesOptions> {
  /** What its commands read and write, when that is not the log itself. */
  readonly through?: EventStore;
}

/** One node's commands on a log, with a directory of its own. Reservations are not waited for unless told otherwise. */
export class TestNode {
  readonly directory = new Directory();
  readonly warnings: object[] = [];
  readonly services: CommandServices;
  readonly rooms: Rooms;
  readonly categories: Categories;
  readonly #over = new AbortController();

  constructor(log: EventStore, name: string, { through = log, ...names }: NodeOptions = {}) {
    const silent = () => undefined;
    const logger = {
      debug: silent,
      info: silent,
      error: silent,
      warn: (facts: object) => void this.warnings.push(facts),
    };
    const view = new NodeView(this.directory, log, logger);
    const clock = { now: () => '2026-11-23T14:00:00.000Z' };
    this.services = { store: through, view, directory: this.directory, clock, ids: countedIds(name), logger };
    this.rooms = new Rooms(this.services, { patienceMs: 0, ...names });
    this.categories = new Categories(this.services, this.rooms.names);
  }

  /** Resolves when the directory is current. */
  follow(): Promise<this> {
    return new Promise((resolve) => void this.services.view.follow(this.#over.signal, () => resolve(this)));
  }

  stop(): void {
    this.#over.abort();
  }

  createRoom(categoryId: string, name: string, key?: string, more: Partial<NewRoom> = {}) {
    return this.rooms.create({ ...ROOM, categoryId, name, ...more }, context(key, `room ${name}`));
  }

  change(id: string, patch: RoomPatch, ifRevision?: number) {
    const room = this.directory.room(id);
    return room ? this.rooms.change(room, patch, context(), ifRevision) : Promise.resolve(undefined);
  }

  deleteRoom(id: string) {
    const room = this.directory.room(id);
    return room ? this.rooms.delete(room, context()) : Promise.resolve(undefined);
  }

  createCategory(parentId?: string, key?: string, more: { readonly allowed?: { user: string }[] } = {}) {
    return this.categories.create({ ...CATEGORY, ...(parentId !== undefined && { parentId }), ...more }, context(key));
  }

  deleteCategory(id: string, ifRevision?: number) {
    const { state } = this.directory.category(id) ?? {};
    return state ? this.categories.delete(id, state.parentId, context(), ifRevision) : Promise.resolve(undefined);
  }
}
