import { catalogue } from '../../../src/domain/catalogue/catalogue.js';
import { isParked } from '../../../src/domain/kernel/catalogue.js';
import { idOf, type RecordedEvent } from '../../../src/domain/kernel/event.js';
import { foldName } from '../../../src/domain/names.js';

/** What is true of rooms and categories, told by the events that everybody sees; reservations and fences do not count. */
export class Truth {
  readonly rooms = new Map<string, { categoryId: string; name: string }>();
  /** Live ones, with their parents. */
  readonly categories = new Map<string, string | undefined>();

  apply(recorded: RecordedEvent): void {
    const event = catalogue.decode(recorded);
    if (isParked(event)) throw new Error(event.reason);
    const id = idOf(event.stream);
    const room = this.rooms.get(id);
    if (event.type === 'RoomCreated') this.rooms.set(id, { ...event.data });
    else if (event.type === 'RoomDeleted') this.rooms.delete(id);
    else if (event.type === 'CategoryCreated') this.categories.set(id, event.data.parentId);
    else if (event.type === 'CategoryDeleted') this.categories.delete(id);
    else if (room && (event.type === 'RoomRenamed' || event.type === 'RoomMoved')) Object.assign(room, event.data);
  }

  user(categoryId: string, name: string): string | undefined {
    const found = [...this.rooms].find(([, room]) => room.categoryId === categoryId && foldName(room.name) === name);
    return found?.[0];
  }

  isEmpty(categoryId: string): boolean {
    const rooms = [...this.rooms.values()].some((room) => room.categoryId === categoryId);
    return !rooms && ![...this.categories.values()].includes(categoryId);
  }

  /** What must never be, in words. */
  get violations(): string[] {
    const found: string[] = [];
    const seen = new Map<string, string>();
    for (const [id, { categoryId, name }] of this.rooms) {
      const key = `${foldName(name)} in ${categoryId}`;
      const other = seen.get(key);
      if (other !== undefined) found.push(`${id} and ${other} are both ${key}`);
      seen.set(key, id);
      if (!this.categories.has(categoryId)) found.push(`${id} is in ${categoryId}, which is not live`);
    }
    for (const [id, parent] of this.categories)
      if (parent !== undefined && !this.categories.has(parent))
        found.push(`${id} is below ${parent}, which is not live`);
    return found;
  }
}

/** Folds a log append by append: what one append writes becomes true at once. Throws where a law does not hold. */
export function truthOf(events: readonly RecordedEvent[]): Truth {
  const truth = new Truth();
  for (const [index, event] of events.entries()) {
    truth.apply(event);
    const next = events[index + 1];
    if (event.type === 'RoomMoved' && next?.type === 'RoomRenamed' && next.stream === event.stream) continue;
    const [violation] = truth.violations;
    if (violation !== undefined) throw new Error(`${violation}, from position ${event.position} on:\n${told(events)}`);
  }
  return truth;
}

export function told(events: readonly RecordedEvent[]): string {
  return events
    .map(({ position, stream, type, data }) => `${position} ${stream} ${type} ${JSON.stringify(data).slice(0, 80)}`)
    .join('\n');
}
