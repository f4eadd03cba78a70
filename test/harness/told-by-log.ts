import { typeOf, type Envelope } from './world.js';

/** What the room's history must be, folded from its transcript by nothing of the program. */
export function historyTold(log: readonly Envelope[], roomId: string): Record<string, unknown>[] {
  const messages = new Map<number, Record<string, unknown>>();
  for (const event of log) {
    if (event.stream !== `transcript-${roomId}`) continue;
    const { id, revision, time, actor, data } = event;
    const author = { id: actor.id, name: actor.name };
    const changed = messages.get(Number(data['seq']));
    if (typeOf(event) === 'MessagePosted') messages.set(revision, { ...data, id, roomId, seq: revision, author, time });
    else if (changed && typeOf(event) === 'MessageEdited')
      Object.assign(changed, { text: data['text'], editedAt: time });
    else if (changed && typeOf(event) === 'MessageRedacted') Object.assign(changed, { text: '', redactedAt: time });
  }
  return [...messages.values()];
}

/** Who is in the room. */
export function presentTold(log: readonly Envelope[], roomId: string): string[] {
  const present = new Set<string>();
  for (const event of log) {
    if (event.stream !== `attendance-${roomId}`) continue;
    if (typeOf(event) === 'ParticipantJoined') present.add(event.actor.id);
    else if (typeOf(event) === 'ParticipantLeft') present.delete(event.actor.id);
  }
  return [...present].sort();
}

/** Throws where a stream has a gap, a place is taken twice, or an event is there twice. */
export function checkWhole(log: readonly Envelope[]): void {
  const next = new Map<string, number>();
  const ids = new Set<string>();
  for (const { stream, revision, id } of log) {
    const expected = next.get(stream) ?? 0;
    if (revision !== expected) throw new Error(`${stream} goes on at revision ${revision}, not at ${expected}`);
    next.set(stream, expected + 1);
    if (ids.has(id)) throw new Error(`event ${id} is in the log twice`);
    ids.add(id);
  }
}
