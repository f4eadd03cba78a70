import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../../domain/caller.js';
import type { Ids } from '../../domain/kernel/ports.js';
import type { Position } from '../../domain/kernel/position.js';
import type { SequenceCodec } from '../../projections/sequence.js';
import type { Logger } from '../logger.js';
import type { NodeView } from '../node-view.js';
import { catchUp, type Past } from './catch-up.js';
import { Heartbeat } from './heartbeat.js';
import { SseSession } from './sse-session.js';

/** Is told of each user's streams, so that presence can follow them. */
export interface StreamWatch {
  streamOpened(caller: Caller): void;
  streamClosed(caller: Caller): void;
}

export interface StreamOptions {
  /** Bytes that may wait for a reader who is live. */
  readonly queueLimit: number;
  readonly heartbeatMs: number;
  /** How long a client is asked to wait before it comes back: so long at least, twice as long at most. */
  readonly retryMs: number;
}

const DEFAULTS: StreamOptions = { queueLimit: 1_048_576, heartbeatMs: 15_000, retryMs: 1_000 };

export interface StreamParts extends Past {
  readonly view: NodeView;
  readonly sequences: SequenceCodec;
  readonly ids: Ids;
  readonly node: string;
  readonly watch: StreamWatch;
  readonly logger: Logger;
}

export interface Opening {
  readonly caller: Caller;
  /** The client's cursor. */
  readonly after: Position | undefined;
  readonly requestId: string;
}

/** Where a stream begins: now, behind the client's cursor, or now because the cursor is of no place in this log. */
interface Place {
  readonly resume: 'fresh' | 'resumed' | 'reset';
  readonly after: Position;
}

/** The server-sent event streams of this node. */
export class Streams {
  readonly #parts: StreamParts;
  readonly #options: StreamOptions;
  readonly #heartbeat: Heartbeat;
  readonly #open = new Set<SseSession>();
  #whenEmpty: (() => void) | undefined;

  /** Readers who took too little, since the start. */
  cutOff = 0;

  constructor(parts: StreamParts, options: Partial<StreamOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULTS, ...options };
    this.#heartbeat = new Heartbeat(this.#options.heartbeatMs);
  }

  /** Answers the request by a stream. Resolves when the reader is live or gone; never rejects. */
  async open(response: ServerResponse, { caller, after, requestId }: Opening): Promise<void> {
    try {
      const place = await this.#place(after);
      // A request sent before the answer to the one before it has to wait for the connection.
      if (!response.socket) await once(response, 'socket');
      const { socket } = response;
      if (!socket || socket.destroyed) return;
      const session = this.#begin(response, socket, caller, place, requestId);
      // Most begin at or near the end of the log and are live at once, without any of the means of catching up.
      if (this.#parts.hub.advance(session, place.after).kind !== 'live') await this.#catchUp(session, place.after);
    } catch (error) {
      if (!response.destroyed) this.#parts.logger.error({ err: error }, 'stream broken');
      response.destroy();
    }
  }

  /** Ends every stream properly, and breaks what has not taken its end after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#heartbeat.stop();
    this.#parts.hub.close();
    if (this.#open.size === 0) return;
    const over = new AbortController();
    const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve));
    await Promise.race([empty, delay(graceMs, undefined, { signal: over.signal }).catch(() => undefined)]);
    over.abort();
    for (const session of this.#open) session.break();
  }

  /** Waits, where the cursor comes from another node, until this one is there. */
  async #place(cursor: Position | undefined): Promise<Place> {
    const { view, store } = this.#parts;
    if (cursor === undefined) return { resume: 'fresh', after: view.position };
    if (cursor > view.position) {
      if (cursor > (await store.head())) return { resume: 'reset', after: view.position };
      await view.reached(cursor);
    }
    return { resume: 'resumed', after: cursor };
  }

  #begin(response: ServerResponse, socket: Socket, caller: Caller, place: Place, requestId: string): SseSession {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': requestId,
      connection: 'close', // so that the end of the stream is the end of the connection
    });
    const session = new SseSession(response, socket, caller, this.#options.queueLimit);
    response.once('close', () => this.#closed(session, caller));
    socket.cork();
    response.flushHeaders();
    session.write(this.#hello(place));
    socket.uncork();
    this.#open.add(session);
    this.#heartbeat.add(session);
    this.#parts.watch.streamOpened(caller);
    this.#parts.hub.register(session);
    return session;
  }

  async #catchUp(session: SseSession, after: Position): Promise<void> {
    const signal = session.beginCatchUp();
    try {
      for await (const batch of catchUp(this.#parts, session, after, signal)) {
        await session.send(batch);
        if (session.isOver) return;
      }
    } finally {
      session.endCatchUp();
    }
  }

  #hello({ resume, after }: Place): Buffer {
    const { sequences, ids, node } = this.#parts;
    const cursor = sequences.encode(after);
    const retry = Math.round(this.#options.retryMs * (1 + Math.random()));
    const data = JSON.stringify({ session: ids.random(), node, resume, after: cursor });
    // With an id, a client whose connection breaks before the first event resumes here.
    return Buffer.from(`retry: ${retry}\nid: ${cursor}\nevent: hello\ndata: ${data}\n\n`);
  }

  #closed(session: SseSession, caller: Caller): void {
    session.endCatchUp();
    if (session.isCutOff) this.cutOff += 1;
    this.#parts.hub.remove(session);
    this.#heartbeat.remove(session);
    this.#open.delete(session);
    this.#parts.watch.streamClosed(caller);
    if (this.#open.size === 0) this.#whenEmpty?.();
  }
}
