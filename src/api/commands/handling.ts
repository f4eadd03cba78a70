import { catalogue, type HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { CategoryFact, CategoryState } from '../../domain/category/category.js';
import { categoryDecider, type CategoryCommand } from '../../domain/category/decide.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import type { Decider, Fact } from '../../domain/kernel/decider.js';
import { streamName, type RecordedEvent, type StreamName } from '../../domain/kernel/event.js';
import { handleCommand, load, type Handled, type Loaded } from '../../domain/kernel/handle-command.js';
import { roomDecider, type RoomCommand } from '../../domain/room/decide.js';
import type { RoomFact, RoomState } from '../../domain/room/room.js';
import type { Entry } from '../../projections/directory/directory.js';
import type { NodeView } from '../node-view.js';
import type { Services } from '../services.js';
import { KeyedLock } from './keyed-lock.js';

/** What commands on rooms and categories work with. */
export type CommandServices = Pick<Services, 'store' | 'view' | 'directory' | 'clock' | 'ids' | 'logger'>;

/** Commands of one node on one stream take turns: at once they would only run into each other's conflicts. */
const turns = new WeakMap<NodeView, KeyedLock>();

function turnsOf(view: NodeView): KeyedLock {
  const lock = turns.get(view) ?? new KeyedLock();
  turns.set(view, lock);
  return lock;
}

/** The typed event, where it is one that this state is made of. */
function typed<F extends Fact>(recorded: RecordedEvent) {
  const event = catalogue.decode(recorded);
  return isParked(event) ? undefined : (event as Extract<HansardEvent, F>);
}

/** Runs a command on a stream from the directory's snapshot; resolves when the node's view has what it wrote. */
async function run<State, Command, F extends Fact>(
  services: CommandServices,
  stream: StreamName,
  decider: Decider<State, Command, F>,
  command: Command,
  context: CommandContext,
  snapshot: () => Loaded<State> | undefined,
  ifRevision: number | undefined,
): Promise<Handled<State>> {
  const { store, clock, ids, view } = services;
  const handling = { store, clock, ids, versionOf: catalogue.versionOf, typed, snapshot, ifRevision };
  const handled = await turnsOf(view).run(stream, () => handleCommand(stream, decider, command, context, handling));
  if (handled.kind === 'done' && handled.position !== undefined) await view.reached(handled.position);
  return handled;
}

export function onRoom(
  services: CommandServices,
  roomId: string,
  command: RoomCommand,
  context: CommandContext,
  ifRevision?: number,
): Promise<Handled<RoomState>> {
  const snapshot = () => services.directory.roomEntry(roomId);
  return run<RoomState, RoomCommand, RoomFact>(
    services,
    streamName('room', roomId),
    roomDecider,
    command,
    context,
    snapshot,
    ifRevision,
  );
}

export function onCategory(
  services: CommandServices,
  categoryId: string,
  command: CategoryCommand,
  context: CommandContext,
  ifRevision?: number,
): Promise<Handled<CategoryState>> {
  const snapshot = () => services.directory.categoryEntry(categoryId);
  return run<CategoryState, CategoryCommand, CategoryFact>(
    services,
    streamName('category', categoryId),
    categoryDecider,
    command,
    context,
    snapshot,
    ifRevision,
  );
}

/** The state of a room as the log has it now, or as it was at a revision. */
export function loadRoom(services: CommandServices, roomId: string, revision?: number): Promise<Loaded<RoomState>> {
  const snapshot = snapshotOf(services.directory.roomEntry(roomId), revision);
  return load<RoomState, RoomFact>(streamName('room', roomId), roomDecider, { ...services, typed, snapshot, revision });
}

export function loadCategory(
  services: CommandServices,
  categoryId: string,
  revision?: number,
): Promise<Loaded<CategoryState>> {
  const snapshot = snapshotOf(services.directory.categoryEntry(categoryId), revision);
  return load<CategoryState, CategoryFact>(streamName('category', categoryId), categoryDecider, {
    ...services,
    typed,
    snapshot,
    revision,
  });
}

/** Whether a name was reserved or released behind a revision of its category, and up to which revision that is known. */
export function nameTouched(
  services: CommandServices,
  categoryId: string,
  name: string,
  since: number,
): Promise<Loaded<boolean>> {
  const evolve = (touched: boolean, { type, data }: CategoryFact) =>
    touched || ((type === 'NameReserved' || type === 'NameReleased') && data.name === name);
  return load<boolean, CategoryFact>(
    streamName('category', categoryId),
    { initialState: false, evolve },
    { ...services, typed, snapshot: () => ({ state: false, revision: since }) },
  );
}

/** A snapshot is no use for a revision before it. */
function snapshotOf<State>(entry: Entry<State> | undefined, revision: number | undefined) {
  return () => (entry && (revision === undefined || entry.revision <= revision) ? entry : undefined);
}
