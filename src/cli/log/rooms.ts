import { z } from 'zod';
import { idOf } from '../../domain/kernel/event.js';
import { foldName } from '../../domain/names.js';
import { CliFailure, EXIT } from '../exit.js';

/** An event that names a room: its creation, or a new name. */
export interface NamedRoom {
  readonly stream: string;
  readonly data: unknown;
}

const named = z.object({ name: z.string() });

/** The id of the room with this id or, as of its last event, this name; names are compared as the program compares them. */
export async function findRoom(wanted: string, events: AsyncIterable<NamedRoom>): Promise<string> {
  const names = new Map<string, string>();
  for await (const { stream, data } of events) {
    const parsed = named.safeParse(data);
    if (parsed.success) names.set(idOf(stream), foldName(parsed.data.name));
  }
  if (names.has(wanted)) return wanted;
  const found = [...names].flatMap(([id, name]) => (name === foldName(wanted) ? [id] : []));
  const [id] = found;
  if (id === undefined) throw new CliFailure(`There is no room with the id or name ${wanted}.`);
  if (found.length > 1) {
    throw new CliFailure(`${found.length} rooms have this name; say which: ${found.join(', ')}.`, EXIT.usage);
  }
  return id;
}

/** Everything that happens in a room. */
export function streamsOfRoom(id: string): readonly string[] {
  return [`room-${id}`, `transcript-${id}`, `attendance-${id}`];
}
