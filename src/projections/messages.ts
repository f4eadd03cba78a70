import type { EventOf } from '../domain/catalogue/catalogue.js';
import type { MessageKind } from '../domain/catalogue/transcript.js';
import { idOf } from '../domain/kernel/event.js';
import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** A message as the API answers it. */
export type Message = Readonly<{
  /** The event's. */
  id: string;
  roomId: string;
  /** Its place in the room: the revision of its event in the transcript. */
  seq: number;
  kind: MessageKind;
  /** "" once redacted. */
  text: string;
  title?: string;
  files?: readonly string[];
  html?: string;
  replyTo?: number;
  author: Readonly<{ id: string; name: string }>;
  /** RFC 3339 */
  time: string;
  claimedTime?: string;
  editedAt?: string;
  redactedAt?: string;
}>;

/**
 * `revision` is that of the transcript's last event that changed the message: its ETag. `position` is that of the event that
 * posted it: its place among all messages.
 */
export type MessageRow = Message & Readonly<{ revision: number; position: number }>;

/** One that was redacted, logged or not: whoever shows the transcript's events has to leave the text out. */
export type RedactionRow = Readonly<{ roomId: string; seq: number }>;

/** What rooms show as history. Unlogged messages are in no history. */
export const messages: Projection = {
  schema: {
    name: 'messages',
    version: 2,
    tables: { messages: { key: ['roomId', 'seq'], text: 'messages' }, redactions: { key: ['roomId', 'seq'] } },
  },
  categories: ['transcript'],
  changes(event) {
    switch (event.type) {
      case 'MessagePosted':
        return event.metadata.logged === false ? [] : [posted(event)];
      case 'MessageEdited':
        return [changed(event, edit)];
      case 'MessageRedacted':
        return [changed(event, redact), redaction(event)];
      default:
        return [];
    }
  },
};

export function messageRow(row: Row): MessageRow {
  return row as MessageRow; // made by this projection, and by it alone
}

export function redactionRow(row: Row): RedactionRow {
  return row as RedactionRow; // made by this projection, and by it alone
}

export function toMessage(row: Row): Message {
  return without(messageRow(row), 'revision', 'position');
}

/** The message as its event posted it. */
export function postedMessage({ id, stream, revision, data, metadata }: EventOf<'MessagePosted'>): Message {
  const author = { id: metadata.actor.id, name: metadata.actor.name };
  return { id, roomId: idOf(stream), seq: revision, ...present(data), author, time: metadata.time };
}

function posted(event: EventOf<'MessagePosted'>): Change {
  const row: MessageRow = { ...postedMessage(event), revision: event.revision, position: event.position };
  return { table: 'messages', key: [row.roomId, row.seq], fold: () => row, creates: true };
}

type Changing = EventOf<'MessageEdited' | 'MessageRedacted'>;

/** Only a message that is in the history and not redacted can change. */
function changed<E extends Changing>(event: E, change: (row: MessageRow, event: E) => MessageRow): Change {
  return {
    table: 'messages',
    key: [idOf(event.stream), event.data.seq],
    fold(row) {
      if (row === undefined || messageRow(row).redactedAt !== undefined) return row;
      return { ...change(messageRow(row), event), revision: event.revision };
    },
  };
}

/** The rich text said what the text said before, so it goes. */
function edit(row: MessageRow, { data, metadata }: EventOf<'MessageEdited'>): MessageRow {
  return { ...without(row, 'html'), text: data.text, editedAt: metadata.time };
}

function redact(row: MessageRow, { metadata }: EventOf<'MessageRedacted'>): MessageRow {
  return { ...without(row, 'title', 'html', 'files'), text: '', redactedAt: metadata.time };
}

function without<T extends object, Member extends keyof T>(value: T, ...members: readonly Member[]): Omit<T, Member> {
  const rest = { ...value };
  for (const member of members) Reflect.deleteProperty(rest, member);
  return rest;
}

function redaction({ stream, data: { seq } }: EventOf<'MessageRedacted'>): Change {
  const row: RedactionRow = { roomId: idOf(stream), seq };
  return { table: 'redactions', key: [row.roomId, seq], fold: () => row, creates: true };
}

/** Without the members that are there but `undefined`: a row is JSON. */
function present({ kind, text, title, html, replyTo, files, claimedTime }: EventOf<'MessagePosted'>['data']) {
  return {
    kind,
    text,
    ...(title !== undefined && { title }),
    ...(files !== undefined && { files }),
    ...(html !== undefined && { html }),
    ...(replyTo !== undefined && { replyTo }),
    ...(claimedTime !== undefined && { claimedTime }),
  };
}
