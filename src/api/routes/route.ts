import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { CommandContext } from '../../domain/kernel/command.js';
import type { Position } from '../../domain/kernel/position.js';
import type { ProjectionControl } from '../../projections/operating.js';
import type { WindowRow } from '../../projections/windows.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Categories } from '../commands/categories.js';
import type { Messages } from '../commands/messages.js';
import type { Idempotency } from '../commands/once.js';
import type { Principals } from '../commands/principals.js';
import type { Rooms } from '../commands/rooms.js';
import type { Past } from '../live/catch-up.js';
import type { Streams } from '../live/streams.js';
import type { Presence } from '../live/presence.js';
import type { HistoryViews } from '../live/history-views.js';
import type { Tickets } from '../live/tickets.js';
import type { Services } from '../services.js';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the API knows of the compliance worker. Positions are opaque. */
export interface ArchiveControl {
  adapters(): readonly AdapterState[];
  /** Seals the open window now; `undefined`: no such adapter. */
  cut(adapter: string, context: CommandContext): Promise<CutWindow | undefined>;
}

export interface AdapterState {
  readonly name: string;
  readonly position: Position;
  readonly openSince: string;
  readonly state: 'running' | 'blocked' | 'stopped';
  /** Why it is blocked. */
  readonly message?: string | undefined;
}

export interface CutWindow {
  readonly window: WindowRow;
  readonly position: Position;
}

/** What routes call. */
export interface Channel {
  readonly services: Services;
  readonly authenticate: Authenticator;
  readonly idempotency: Idempotency;
  readonly principals: Principals;
  readonly rooms: Rooms;
  readonly categories: Categories;
  readonly messages: Messages;
  readonly presence: Presence;
  readonly views: HistoryViews;
  readonly streams: Streams;
  readonly past: Past;
  readonly tickets: Tickets;
  readonly archive: ArchiveControl;
  readonly projections: ProjectionControl;
}
