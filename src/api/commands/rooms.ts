import { foldName } from '../../domain/names.js';
import { refOf, userRef } from '../../domain/caller.js';
import type { Principal } from '../../domain/catalogue/values.js';
import { unmarked, type CommandContext } from '../../domain/kernel/command.js';
import { reject, type Rejection } from '../../domain/kernel/decider.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import { roomDecider, type CreateRoom, type RoomCommand, type RoomPatch } from '../../domain/room/decide.js';
import { initialRoom } from '../../domain/room/evolve.js';
import type { LiveRoom, RoomState } from '../../domain/room/room.js';
import { admitsPrincipal } from '../../domain/access.js';
import type { Entry } from '../../projections/directory/directory.js';
import type { Services } from '../services.js';
import { onRoom } from './handling.js';
import { Names } from './names.js';

export type NewRoom = Omit<CreateRoom, 'type' | 'by'>;
type Changed = Handled<RoomState>;

/** The commands on rooms that touch more than the room's own stream. */
export class Rooms {
  readonly names: Names;
  readonly #services: Services;

  constructor(services: Services, options: { patienceMs?: number } = {}) {
    this.#services = services;
    this.names = new Names(services, options);
  }

  /** The caller may create rooms in the category; that was checked before. */
  async create(body: NewRoom, context: CommandContext): Promise<(Changed & { readonly roomId: string }) | Rejection> {
    const command = { ...body, type: 'CreateRoom', by: userRef(context.actor.id) } as const;
    const refused =
      this.#outOfScope(body.categoryId, [...body.members, ...body.managers, ...body.presenters]) ?? refusal(command);
    if (refused) return refused;
    for (let attempt = 0; ; attempt += 1) {
      const roomId = this.#newId(context, attempt);
      const created = await this.names.holding(body.categoryId, body.name, roomId, unmarked(context), () =>
        onRoom(this.#services, roomId, command, context),
      );
      // The room was fenced before it came to be, here or on an earlier try: its id can never be used.
      if (created.kind === 'rejected' && created.code === 'room-exists') continue;
      return created.kind === 'rejected' ? created : { ...created, roomId };
    }
  }

  async change(
    room: Entry<LiveRoom>,
    patch: RoomPatch,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    const { state, id } = room;
    const categoryId = patch.categoryId ?? state.categoryId;
    const name = patch.name ?? state.name;
    const change = () => onRoom(this.#services, id, { type: 'ChangeRoom', patch }, context, ifRevision);
    if (categoryId === state.categoryId && foldName(name) === foldName(state.name)) return change();
    if (ifRevision !== undefined && ifRevision !== room.revision) return change(); // refused, before a name is reserved
    const others = unmarked(context);
    const changed = await this.names.holding(categoryId, name, id, others, async () => {
      const written = await onRoom(
        this.#services,
        id,
        { type: 'ChangeRoom', patch },
        context,
        ifRevision ?? room.revision,
      );
      if (written.kind === 'rejected') await this.names.release(categoryId, name, id, others);
      else await this.names.release(state.categoryId, state.name, id, others);
      return written;
    });
    // Changed by somebody meanwhile, or its reservation was dropped: begin again from what it is now.
    if (changed.kind === 'rejected' && changed.code === 'revision-conflict' && ifRevision === undefined) {
      const now = this.#services.directory.room(id);
      return now ? this.change(now, patch, context) : reject('room-not-found', 'The room was deleted.');
    }
    return changed;
  }

  async delete(room: Entry<LiveRoom>, context: CommandContext, ifRevision?: number): Promise<Changed> {
    const deleted = await onRoom(this.#services, room.id, { type: 'DeleteRoom' }, context, ifRevision);
    if (deleted.kind === 'done')
      await this.names.release(room.state.categoryId, room.state.name, room.id, unmarked(context));
    return deleted;
  }

  /** `not-in-scope` for the first principal that the category does not admit. */
  #outOfScope(categoryId: string, principals: readonly Principal[]): Rejection | undefined {
    const chain = this.#services.directory.chain(categoryId);
    const outside = principals.find((principal) => {
      const known = 'user' in principal ? this.#services.directory.principal(principal.user) : undefined;
      return !admitsPrincipal(chain, refOf(principal), known);
    });
    return outside && reject('not-in-scope', `The category does not admit ${refOf(outside)}.`);
  }

  async list(
    room: Entry<LiveRoom>,
    type: 'AddMember' | 'AddManager' | 'AddPresenter',
    principal: Principal,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    const refused = this.#outOfScope(room.state.categoryId, [principal]);
    return refused ?? onRoom(this.#services, room.id, { type, principal }, context, ifRevision);
  }

  #newId({ idempotency }: CommandContext, attempt: number): string {
    const { ids } = this.#services;
    return idempotency ? ids.derived('room', idempotency.key, String(attempt)) : ids.random();
  }
}

/** What the room itself would refuse, before a name is reserved for it. */
function refusal(command: RoomCommand): Rejection | undefined {
  const decision = roomDecider.decide(command, initialRoom);
  return decision.kind === 'rejected' ? decision : undefined;
}
