import { setTimeout as delay } from 'node:timers/promises';
import type { CommandContext } from '../../domain/kernel/command.js';
import { reject, type Rejection } from '../../domain/kernel/decider.js';
import { foldName } from '../../domain/names.js';
import type { Services } from '../services.js';
import { loadCategory, loadRoom, onCategory, onRoom } from './handling.js';
import { KeyedLock } from './keyed-lock.js';

/** How long a reservation that nobody uses yet is respected: its holder may be about to use it on another node. */
const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Room names, unique in their category at any interleaving. The category's stream gives a name to one room at a time; the
 * room then takes it in its own stream. Between the two the process may die, so a reservation that is not used is given to
 * who wants the name, after its holder was fenced: from then on the holder meets a conflict when it tries to use it.
 */
export class Names {
  readonly #services: Services;
  readonly #patienceMs: number;
  readonly #lock = new KeyedLock();

  constructor(services: Services, { patienceMs = PATIENCE_MS } = {}) {
    this.#services = services;
    this.#patienceMs = patienceMs;
  }

  /** Runs `use` while the name belongs to the room; one after the other for one name on this node. */
  holding<T>(
    categoryId: string,
    name: string,
    roomId: string,
    context: CommandContext,
    use: () => Promise<T>,
  ): Promise<T | Rejection> {
    const folded = foldName(name);
    return this.#lock.run(`${categoryId} ${folded}`, async () => {
      const refused = await this.#reserve(categoryId, folded, roomId, context);
      return refused ?? (await use());
    });
  }

  async release(categoryId: string, name: string, roomId: string, context: CommandContext): Promise<void> {
    await onCategory(this.#services, categoryId, { type: 'ReleaseName', roomId, name: foldName(name) }, context);
  }

  async #reserve(
    categoryId: string,
    name: string,
    roomId: string,
    context: CommandContext,
  ): Promise<Rejection | undefined> {
    for (;;) {
      const reserved = await onCategory(this.#services, categoryId, { type: 'ReserveName', roomId, name }, context);
      if (reserved.kind === 'done') return undefined;
      if (reserved.code !== 'duplicate-name') return reserved;
      const holder = await this.#holder(categoryId, name);
      if (holder === undefined || holder === roomId) continue;
      if (await this.#usesSoon(categoryId, name, holder)) return reserved;
      if (!(await this.fence(categoryId, name, holder, context))) return reserved;
      const taken = await onCategory(
        this.#services,
        categoryId,
        { type: 'TakeName', roomId, name, from: holder },
        context,
      );
      if (taken.kind === 'done') return undefined;
      if (taken.code !== 'duplicate-name') return taken;
    }
  }

  /** Makes sure that the holder will not use the name; false when it does use it. */
  async fence(categoryId: string, name: string, holder: string, context: CommandContext): Promise<boolean> {
    const dropped = await onRoom(this.#services, holder, { type: 'DropNameReservation', categoryId, name }, context);
    return dropped.kind === 'done';
  }

  async #holder(categoryId: string, name: string): Promise<string | undefined> {
    const { state } = await loadCategory(this.#services, categoryId);
    return state.kind === 'live' ? state.names.get(name) : undefined;
  }

  /** Whether the holder uses the name, now or within the patience it is given. */
  async #usesSoon(categoryId: string, name: string, holder: string): Promise<boolean> {
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      if (await this.uses(categoryId, name, holder)) return true;
      const held = await this.#holder(categoryId, name);
      if (held !== holder || waited >= this.#patienceMs) return false;
      await delay(LOOK_EVERY_MS);
    }
  }

  async uses(categoryId: string, name: string, roomId: string): Promise<boolean> {
    const { state } = await loadRoom(this.#services, roomId);
    return state.kind === 'live' && state.categoryId === categoryId && foldName(state.name) === name;
  }
}

/** What a rename or a move meets when its reservation was dropped meanwhile. */
export const NAME_LOST: Rejection = reject('duplicate-name', 'Another room of the category has this name.');
