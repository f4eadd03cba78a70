import type { Envelope } from '../../projections/envelope.js';
import type { Row } from '../../projections/read-models.js';
import type { ExportedReadModel } from '../options.js';

/** `time`: RFC 3339 text here, a timestamp in Parquet. */
export type Cell = string | number | boolean | null;

export interface ColumnOf<Item> {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'boolean' | 'time';
  /** There are rows without a value. */
  readonly optional?: true;
  /** Few different values: they are stored once each. */
  readonly repeats?: true;
  readonly of: (item: Item) => Cell;
}

/** What crosses to the thread that writes. */
export type ColumnShape = Omit<ColumnOf<never>, 'of'>;

/** Events, flat; docs/analysts.md says what each column holds. */
export const EVENT_COLUMNS: readonly ColumnOf<Envelope>[] = [
  { name: 'sequence', type: 'text', of: ({ sequence }) => sequence },
  { name: 'time', type: 'time', of: ({ time }) => time },
  { name: 'id', type: 'text', of: ({ id }) => id },
  {
    name: 'type',
    type: 'text',
    repeats: true,
    of: ({ type }) => type.slice(type.indexOf('.') + 1, type.lastIndexOf('.')),
  },
  { name: 'version', type: 'integer', repeats: true, of: ({ type }) => Number(type.slice(type.lastIndexOf('.') + 2)) },
  { name: 'stream', type: 'text', repeats: true, of: ({ stream }) => stream },
  { name: 'revision', type: 'integer', of: ({ revision }) => revision },
  { name: 'subject', type: 'text', repeats: true, of: ({ subject }) => subject },
  { name: 'actor_id', type: 'text', repeats: true, of: ({ actor }) => actor.id },
  { name: 'actor_name', type: 'text', repeats: true, of: ({ actor }) => actor.name },
  { name: 'actor_email', type: 'text', repeats: true, of: ({ actor }) => actor.email },
  { name: 'actor_internal', type: 'boolean', of: ({ actor }) => actor.internal },
  { name: 'correlationid', type: 'text', of: ({ correlationid }) => correlationid },
  { name: 'data', type: 'text', of: ({ data }) => JSON.stringify(data ?? null) },
];

/** A table of a read model as files. */
export interface ExportedTable {
  readonly table: string;
  /** Name of the folder. */
  readonly folder: string;
  /** Members of the key, to go on behind a row. */
  readonly key: readonly string[];
  readonly columns: readonly ColumnOf<Row>[];
  /** The member that says when, and that says where; rows can be narrowed by what there is. */
  readonly time?: string;
  readonly room?: true;
}

const text = (name: string, member: string, more: { optional?: true; repeats?: true } = {}): ColumnOf<Row> => ({
  name,
  type: 'text',
  ...more,
  of: (row) => textOf(row[member]),
});
const integer = (name: string, member: string, more: { optional?: true } = {}): ColumnOf<Row> => ({
  name,
  type: 'integer',
  ...more,
  of: (row) => (typeof row[member] === 'number' ? row[member] : null),
});
const boolean = (name: string): ColumnOf<Row> => ({ name, type: 'boolean', of: (row) => row[name] === true });
const time = (name: string, member: string, more: { optional?: true } = {}): ColumnOf<Row> => ({
  name,
  type: 'time',
  ...more,
  of: (row) => (typeof row[member] === 'string' && row[member] !== '' ? row[member] : null),
});
const MAYBE = { optional: true } as const;
const REPEATS = { repeats: true } as const;

export const READ_MODEL_TABLES: Readonly<Record<ExportedReadModel, readonly ExportedTable[]>> = {
  messages: [
    {
      table: 'messages',
      folder: 'messages',
      key: ['roomId', 'seq'],
      time: 'time',
      room: true,
      columns: [
        text('room_id', 'roomId', REPEATS),
        integer('seq', 'seq'),
        text('id', 'id'),
        time('time', 'time'),
        { name: 'author_id', type: 'text', repeats: true, of: (row) => author(row, 'id') },
        { name: 'author_name', type: 'text', repeats: true, of: (row) => author(row, 'name') },
        text('kind', 'kind', REPEATS),
        text('text', 'text'),
        text('title', 'title', MAYBE),
        text('html', 'html', MAYBE),
        integer('reply_to', 'replyTo', MAYBE),
        text('files', 'files', MAYBE),
        time('claimed_time', 'claimedTime', MAYBE),
        time('edited_at', 'editedAt', MAYBE),
        time('redacted_at', 'redactedAt', MAYBE),
      ],
    },
  ],
  attendance: [
    {
      table: 'people',
      folder: 'attendance',
      key: ['roomId', 'userId'],
      room: true,
      columns: [
        text('room_id', 'roomId', REPEATS),
        text('user_id', 'userId', REPEATS),
        text('name', 'name', REPEATS),
        text('email', 'email', REPEATS),
        boolean('internal'),
        boolean('present'),
        time('since', 'since', MAYBE),
        boolean('following'),
      ],
    },
  ],
  windows: [
    {
      table: 'windows',
      folder: 'windows',
      key: ['adapter', 'number'],
      columns: [
        text('adapter', 'adapter', REPEATS),
        integer('number', 'number'),
        time('from_time', 'fromTime'),
        time('to_time', 'toTime'),
        integer('events', 'events'),
        text('state', 'state', REPEATS),
        text('folder', 'folder'),
        text('manifest_sha256', 'manifestSha256', MAYBE),
      ],
    },
  ],
  usage: [
    {
      table: 'rooms',
      folder: 'usage_rooms',
      key: ['roomId'],
      columns: [
        text('room_id', 'roomId'),
        text('name', 'name'),
        integer('messages', 'messages'),
        time('last_activity', 'lastActivity', MAYBE),
      ],
    },
    {
      table: 'users',
      folder: 'usage_users',
      key: ['userId'],
      columns: [
        text('user_id', 'userId'),
        text('name', 'name'),
        integer('messages', 'messages'),
        time('last_activity', 'lastActivity', MAYBE),
      ],
    },
    {
      table: 'days',
      folder: 'usage_days',
      key: ['day'],
      columns: [text('day', 'day'), integer('messages', 'messages')],
    },
  ],
};

/** What is no text is given as its JSON. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function author({ author: value }: Row, member: 'id' | 'name'): string {
  const given: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : '';
  return typeof given === 'string' ? given : '';
}
