import { setTimeout as delay } from 'node:timers/promises';
import type { CategoryState } from '../../domain/category/category.js';
import type { CategoryCommand } from '../../domain/category/decide.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import type { Rejection } from '../../domain/kernel/decider.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import { foldName } from '../../domain/names.js';
import { loadCategory, loadRoom, nameTouched, onCategory, onRoom, type CommandServices } from './handling.js';
import { KeyedLock } from './keyed-lock.js';

const LOOK_EVERY_MS = 50;

export interface NamesOptions {
  /** How long a reservation that nobody uses yet is respected: its holder may be about to use it on another node. */
  readonly patienceMs: number;
  readonly wait: (ms: number) => Promise<unknown>;
}

const DEFAULTS: NamesOptions = { patienceMs: 2_000, wait: (ms) => delay(ms) };

/** What somebody who wants the name finds its holder to be. */
type Holder =
  | { readonly kind: 'none' }
  | { readonly kind: 'uses-it' }
  | { readonly kind: 'unused'; readonly roomId: string; readonly seen: number };

/**
 * Room names (folded, all of them: `foldName`), unique in their category at any interleaving: the category gives a name to one room at a time, and a room uses
 * only names that it holds. Both sides are appends to two streams, so each looks at the other's before its own:
 *
 * - Who wants to use a name looks at the room, reserves the name (again, if the room holds it) and then writes to the room
 *   at the revision it saw.
 * - Who takes a name away looks at the category, makes sure that the room does not use the name and that whatever is about
 *   to use it will meet a conflict (the fence), and then writes to the category, unless the name was reserved again.
 */
export class Names {
  readonly #services: CommandServices;
  readonly #options: NamesOptions;
  readonly #lock = new KeyedLock();

  constructor(services: CommandServices, options: Partial<NamesOptions> = {}) {
    this.#services = services;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Runs `use` while the name belongs to the room; one after the other for one name on this node. */
  holding<T>(
    categoryId: string,
    name: string,
    roomId: string,
    context: CommandContext,
    use: () => Promise<T>,
  ): Promise<T | Rejection> {
    return this.#lock.run(`${categoryId} ${name}`, async () => {
      const refused = await this.#reserve(categoryId, name, roomId, context);
      return refused ?? (await use());
    });
  }

  /**
   * Gives back what the room does not use any more, unless it reserved it again behind `seen`: a revision of the category
   * from before the room stopped using the name, or from before the fence.
   */
  release(
    categoryId: string,
    name: string,
    roomId: string,
    seen: number,
    context: CommandContext,
  ): Promise<Handled<CategoryState>> {
    return this.#unlessTouched(categoryId, { type: 'ReleaseName', roomId, name }, seen, context);
  }

  /** Of a deleted room, which can never use a name again. */
  async releaseOfDeleted(categoryId: string, name: string, roomId: string, context: CommandContext): Promise<void> {
    await onCategory(this.#services, categoryId, { type: 'ReleaseName', roomId, name }, context);
  }

  /** Makes sure that the holder does not use the name, nor begins to under its present reservation; false when it does use it. */
  async fence(categoryId: string, name: string, holder: string, context: CommandContext): Promise<boolean> {
    const dropped = await onRoom(this.#services, holder, { type: 'DropNameReservation', categoryId, name }, context);
    return dropped.kind === 'done';
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
      const holder = await this.#holderAfterPatience(categoryId, name);
      if (holder.kind === 'uses-it') return reserved;
      if (holder.kind === 'none' || holder.roomId === roomId) continue;
      const { roomId: from, seen } = holder;
      if (!(await this.fence(categoryId, name, from, context))) return reserved;
      const taken = await this.#unlessTouched(categoryId, { type: 'TakeName', roomId, name, from }, seen, context);
      if (taken.kind === 'done') return undefined;
      if (taken.code !== 'revision-conflict') return taken;
    }
  }

  /** A holder that may still come to use the name is given time. `seen` is from before the caller's fence. */
  async #holderAfterPatience(categoryId: string, name: string): Promise<Holder> {
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      const { state, revision: seen } = await loadCategory(this.#services, categoryId);
      const roomId = state.kind === 'live' ? state.names.get(name) : undefined;
      if (roomId === undefined) return { kind: 'none' };
      const { state: room } = await loadRoom(this.#services, roomId);
      if (room.kind === 'live' && room.categoryId === categoryId && foldName(room.name) === name)
        return { kind: 'uses-it' };
      const isOver = room.kind === 'deleted' || room.kind === 'abandoned';
      if (isOver || waited >= this.#options.patienceMs) return { kind: 'unused', roomId, seen };
      await this.#options.wait(LOOK_EVERY_MS);
    }
  }

  /** Carries the command out; `revision-conflict` when somebody reserved or released its name behind `seen`. */
  async #unlessTouched(
    categoryId: string,
    command: Extract<CategoryCommand, { readonly type: 'TakeName' | 'ReleaseName' }>,
    seen: number,
    context: CommandContext,
  ): Promise<Handled<CategoryState>> {
    for (let revision = seen; ;) {
      const handled = await onCategory(this.#services, categoryId, command, context, revision);
      if (handled.kind === 'done' || handled.code !== 'revision-conflict') return handled;
      const touched = await nameTouched(this.#services, categoryId, command.name, revision);
      if (touched.state) return handled;
      revision = touched.revision;
    }
  }
}
