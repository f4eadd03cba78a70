import { manages, mayRead, sees } from '../domain/access.js';
import type { Caller } from '../domain/caller.js';
import type { LiveRoom } from '../domain/room/room.js';
import type { Entry } from '../projections/directory/directory.js';
import { Problem, problemOf, roomNotFound } from './problem.js';
import type { Services } from './services.js';

/** The room, for who may know that it exists; everybody else gets the answer of an unknown one. */
export function visibleRoom({ directory }: Services, caller: Caller, id: string): Entry<LiveRoom> {
  const room = directory.room(id);
  if (!room || !sees(room.state, directory.chain(room.state.categoryId), caller)) throw roomNotFound();
  return room;
}

/** The room, for who may read its messages now. */
export function readableRoom(services: Services, caller: Caller, id: string): Entry<LiveRoom> {
  const room = visibleRoom(services, caller, id);
  const refused = mayRead(room.state, services.directory.chain(room.state.categoryId), caller);
  if (refused) throw problemOf(refused);
  return room;
}

/** The room, for who may change it. */
export function managedRoom(services: Services, caller: Caller, id: string): Entry<LiveRoom> {
  const room = visibleRoom(services, caller, id);
  if (!manages(room.state, caller)) throw new Problem('not-a-manager', 'Only managers of the room may do this.');
  return room;
}
