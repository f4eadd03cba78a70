import { indexedMessage, type IndexedMessage } from '../../../src/projections/search/message-indexer.js';
import { planQuery, type SearchableRooms } from '../../../src/projections/search/plan.js';
import { parseQuery } from '../../../src/projections/search/query.js';
import type { Indexed, TextQuery } from '../../../src/projections/search/text-query.js';
import { matches } from '../../support/matches.js';

export const NOON = '2026-11-23T12:00:00.000Z';

/** Two rooms of one name, and one whose name is two words. */
export const ROOMS: SearchableRooms = {
  readable: ['r1', 'r2', 'r3'],
  roomsNamed: (name) => (name === 'desk' ? ['r1', 'r2'] : name === 'two words' ? ['r3'] : []),
};

export function message(text: string, more: Partial<IndexedMessage> = {}): IndexedMessage {
  return { roomId: 'r1', kind: 'normal', text, author: { id: 'ada' }, time: NOON, position: 7, ...more };
}

export function indexed(text: string, more: Partial<IndexedMessage> = {}): Indexed {
  const made = indexedMessage(message(text, more));
  if (made === undefined) throw new Error('the message is redacted');
  return made;
}

export function planned(q: string, rooms: SearchableRooms = ROOMS): TextQuery {
  const query = parseQuery(q);
  if (query.kind === 'invalid') throw new Error(JSON.stringify(query.errors));
  return planQuery(query, rooms);
}

/** Whether the query finds the message. */
export function finds(q: string, text: string, more: Partial<IndexedMessage> = {}): boolean {
  return matches(indexed(text, more), planned(q));
}
