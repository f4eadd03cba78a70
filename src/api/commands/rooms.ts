import { admitsPrincipal, type CategoryChain } from '../../domain/access.js';
import { refOf, userRef, principalOf, type PrincipalRef } from '../../domain/caller.js';
import type { Principal } from '../../domain/catalogue/values.js';
import { unmarked, type CommandContext } from '../../domain/kernel/command.js';
import { reject, type Rejection } from '../../domain/kernel/decider.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import { foldName } from '../../domain/names.js';
import { roomDecider, type CreateRoom, type RoomCommand, type RoomPatch } from '../../domain/room/decide.js';
import { initialRoom } from '../../domain/room/evolve.js';
import type { LiveRoom, RoomFact, RoomState } from '../../domain/room/room.js';
import type { Entry } from '../../projections/directory/directory.js';
import { createOnce } from './creating.js';
import { loadCategory, loadRoom, onRoom, type CommandServices } from './handling.js';
import { Names, type NamesOptions } from './names.js';

export type NewRoom = Omit<CreateRoom, 'type' | 'by'>;
type Changed = Handled<RoomState>;

interface Seen {
  readonly id: string;
  readonly state: LiveRoom;
  readonly revision: number;
}

/** The commands on rooms that touch more than the room's own stream. */
export class Rooms {
  readonly names: Names;
  readonly #services: CommandServices;

  constructor(services: CommandServices, options: Partial<NamesOptions> = {}) {
    this.#services = services;
    this.names = new Names(services, options);
  }

  /** The caller may create rooms in the category; that was checked before. */
  async create(body: NewRoom, context: CommandContext): Promise<(Changed & { readonly roomId: string }) | Rejection> {
    const command = { ...body, type: 'CreateRoom', by: userRef(context.actor.id) } as const;
    const listed = [...body.members, ...body.managers, ...body.presenters].map(refOf);
    const refused = this.#outOfScope(listed, this.#chain(body.categoryId)) ?? refusal(command);
    if (refused) return refused;
    const created = await createOnce<RoomState, RoomFact>(this.#services, 'room', roomDecider, context, (roomId) =>
      this.names.holding(body.categoryId, foldName(body.name), roomId, unmarked(context), () =>
        onRoom(this.#services, roomId, command, context),
      ),
    );
    return created.kind === 'rejected' ? created : { ...created, roomId: created.id };
  }

  /**
   * Resolves when the change is durable. What it makes of name and category is decided at the revision that the name was
   * reserved for: changed by somebody meanwhile, or its reservation given away, the room is looked at again.
   */
  async change(
    { id }: Entry<LiveRoom>,
    patch: RoomPatch,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    if (patch.name === undefined && patch.categoryId === undefined)
      return onRoom(this.#services, id, { type: 'ChangeRoom', patch }, context, ifRevision);
    for (;;) {
      // From the log, whose revision is never behind the one that a conflict spoke of.
      const { state, revision } = await loadRoom(this.#services, id);
      if (state.kind !== 'live') return reject('room-not-found', 'There is no such room.');
      if (ifRevision !== undefined && ifRevision !== revision)
        return reject('revision-conflict', `The resource is at revision ${revision}.`);
      const changed = await this.#changeAt({ id, state, revision }, patch, context);
      const isOutrun = changed.kind === 'rejected' && changed.code === 'revision-conflict' && ifRevision === undefined;
      if (!isOutrun) return changed;
    }
  }

  async delete({ id }: Entry<LiveRoom>, context: CommandContext, ifRevision?: number): Promise<Changed> {
    const deleted = await onRoom(this.#services, id, { type: 'DeleteRoom' }, context, ifRevision);
    if (deleted.kind === 'done' && deleted.state.kind === 'deleted') {
      const { categoryId, name } = deleted.state;
      await this.#afterwards(id, () => this.names.releaseOfDeleted(categoryId, foldName(name), id, unmarked(context)));
    }
    return deleted;
  }

  async list(
    room: Entry<LiveRoom>,
    type: 'AddMember' | 'AddManager' | 'AddPresenter',
    principal: Principal,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    const refused = this.#outOfScope([refOf(principal)], this.#chain(room.state.categoryId));
    return refused ?? onRoom(this.#services, room.id, { type, principal }, context, ifRevision);
  }

  async #changeAt({ id, state, revision }: Seen, patch: RoomPatch, context: CommandContext): Promise<Changed> {
    const change = () => onRoom(this.#services, id, { type: 'ChangeRoom', patch }, context, revision);
    const { categoryId = state.categoryId, name = state.name } = patch;
    const [before, after] = [foldName(state.name), foldName(name)];
    if (categoryId === state.categoryId && before === after) return change();
    const refused = categoryId === state.categoryId ? undefined : this.#losesRoom(state, categoryId, context);
    if (refused) return refused;
    const others = unmarked(context);
    return this.names.holding(categoryId, after, id, others, async () => {
      const { revision: seen } = await loadCategory(this.#services, state.categoryId);
      const written = await change();
      // Refused, it keeps the new name's reservation: another change of the same room may have come to use it.
      if (written.kind === 'done')
        await this.#afterwards(id, () => this.names.release(state.categoryId, before, id, seen, others));
      return written;
    });
  }

  /** The command is done and durable. A name that cannot be given back now is taken by the next one who wants it. */
  async #afterwards(roomId: string, release: () => Promise<unknown>): Promise<void> {
    try {
      await release();
    } catch (error) {
      this.#services.logger.warn({ err: error, roomId }, 'a name was not released');
    }
  }

  /** `not-in-scope` for the first whom the move would shut out. Who moves it knows; who is shut out already stays so. */
  #losesRoom(
    { members, managers, categoryId }: LiveRoom,
    to: string,
    { actor }: CommandContext,
  ): Rejection | undefined {
    const here = this.#chain(categoryId);
    const listed = [...members, ...managers].filter((ref) => ref !== userRef(actor.id) && this.#admits(here, ref));
    return this.#outOfScope(listed, this.#chain(to));
  }

  /** `not-in-scope` for the first principal that the category does not admit. */
  #outOfScope(listed: readonly PrincipalRef[], chain: CategoryChain): Rejection | undefined {
    const outside = listed.find((ref) => !this.#admits(chain, ref));
    return outside && reject('not-in-scope', `The category does not admit ${outside}.`);
  }

  #admits(chain: CategoryChain, ref: PrincipalRef): boolean {
    const principal = principalOf(ref);
    const known = 'user' in principal ? this.#services.directory.principal(principal.user) : undefined;
    return admitsPrincipal(chain, ref, known);
  }

  #chain(categoryId: string): CategoryChain {
    return this.#services.directory.chain(categoryId);
  }
}

/** What the room itself would refuse, before a name is reserved for it. */
function refusal(command: RoomCommand): Rejection | undefined {
  const decision = roomDecider.decide(command, initialRoom);
  return decision.kind === 'rejected' ? decision : undefined;
}
