import { label } from './labels.js';
import type { Filter, Item, Query } from './query.js';
import { termOf, type Wanted } from './terms.js';
import type { Term, TextQuery } from './text-query.js';

/** The rooms that one caller may search. */
export interface SearchableRooms {
  /** Ids. */
  readonly readable: readonly string[];
  /** Ids of the readable rooms of this name. */
  roomsNamed(name: string): readonly string[];
}

/** What a text index is asked for. Nothing is found outside the readable rooms, whatever the query says. */
export function planQuery({ items }: Query, rooms: SearchableRooms): TextQuery {
  const wanted = items.filter(({ negated }) => !negated);
  const unwanted = items.filter(({ negated }) => negated);
  return {
    all: termsOf(wanted),
    none: termsOf(unwanted),
    labels: [roomLabels(items, rooms), ...labelsOf(wanted).map((each) => [each])],
    withoutLabels: labelsOf(unwanted),
    from: timesOf(items, 'after').at(-1),
    until: timesOf(items, 'before').at(0),
  };
}

function termsOf(items: readonly Item[]): readonly Term[] {
  return items.filter(isWanted).flatMap((item) => termOf(item) ?? []);
}

function isWanted(item: Item): item is Item & Wanted {
  return item.kind === 'word' || item.kind === 'phrase' || item.kind === 'prefix' || item.kind === 'inside';
}

/** A room has to be each that is named, and none that is named with a `-`. */
function roomLabels(items: readonly Item[], rooms: SearchableRooms): readonly string[] {
  let left = rooms.readable;
  for (const item of items) {
    if (item.kind !== 'in') continue;
    const named = new Set([item.room, ...rooms.roomsNamed(item.room)]);
    left = left.filter((id) => named.has(id) !== item.negated);
  }
  return left.map((id) => label('room', id));
}

function labelsOf(items: readonly Item[]): readonly string[] {
  return items.flatMap(labelOf);
}

function labelOf(item: Filter | Wanted): readonly string[] {
  switch (item.kind) {
    case 'from':
      return [label('author', item.user)];
    case 'has':
      return [label('has', item.what)];
    case 'is':
      return [label('kind', item.what)];
    default:
      return [];
  }
}

/** The earliest first: they are all of one form, which sorts by time. */
function timesOf(items: readonly Item[], kind: 'before' | 'after'): readonly string[] {
  return items.flatMap((item) => (item.kind === kind ? [item.time] : [])).sort();
}
