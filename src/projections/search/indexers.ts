import { indexedMessage, type IndexedMessage } from './message-indexer.js';
import type { Indexed } from './text-query.js';

/** What a text index keeps of a row; `undefined`: nothing, the row is found by no words. Pure. */
export type Indexer = (row: Readonly<Record<string, unknown>>) => Indexed | undefined;

/** A table's schema names its indexer, so that it is data. */
export type IndexerName = 'messages';

export const INDEXERS: Readonly<Record<IndexerName, Indexer>> = {
  messages: (row) => indexedMessage(messageOf(row)),
};

function messageOf(row: Readonly<Record<string, unknown>>): IndexedMessage {
  return row as IndexedMessage; // made by the projection of messages, and by it alone
}
