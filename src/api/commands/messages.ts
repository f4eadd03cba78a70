import sanitize from 'sanitize-html';
import { manages, mayPost, mayRead, unlogged } from '../../domain/access.js';
import type { Caller } from '../../domain/caller.js';
import { catalogue, type FactOf } from '../../domain/catalogue/catalogue.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import { reject, type Rejection } from '../../domain/kernel/decider.js';
import { streamName } from '../../domain/kernel/event.js';
import type { LiveRoom } from '../../domain/room/room.js';
import { decideEdit, decidePost, decideRedact, type Message } from '../../domain/transcript/decide.js';
import type { MessageRow } from '../../projections/messages.js';
import { messageAt } from '../history.js';
import { Problem } from '../problem.js';
import type { Services } from '../services.js';
import type { Head, TranscriptOutcome, TranscriptWriter } from './transcript-writer.js';

export type NewMessage = FactOf<'MessagePosted'>['data'];

/** How long an edit waits for the read model to have what it changes. */
const PATIENCE_MS = 5_000;

const GONE: Rejection = reject('room-not-found', 'There is no room with this id, or you may not know of it.');

/** Posting, editing and redacting: rights are asked again each time the transcript turned out to have changed. */
export class Messages {
  readonly #services: Services;
  readonly #writer: TranscriptWriter;

  constructor(services: Services, writer: TranscriptWriter) {
    this.#services = services;
    this.#writer = writer;
  }

  /** What may be said at all, before the author becomes a participant. */
  async check(roomId: string, caller: Caller, message: NewMessage): Promise<Rejection | undefined> {
    const decision = this.#decidePost(roomId, caller, message, await this.#targetExists(roomId, message));
    return decision.kind === 'rejected' ? decision : undefined;
  }

  async post(roomId: string, caller: Caller, message: NewMessage, context: CommandContext): Promise<TranscriptOutcome> {
    const exists = await this.#targetExists(roomId, message); // what exists once exists for good
    return this.#writer.execute(roomId, {
      context,
      decide: () => this.#decidePost(roomId, caller, message, exists),
      extra: () => (this.isUnlogged(roomId) ? { logged: false } : {}),
    });
  }

  edit(
    roomId: string,
    caller: Caller,
    { seq, text, ifRevision }: { seq: number; text: string; ifRevision: number | undefined },
    context: CommandContext,
  ): Promise<TranscriptOutcome> {
    const { limits } = this.#services;
    return this.#change(roomId, seq, ifRevision, caller, context, (message, room) => {
      const decision = decideEdit({ seq, text, by: caller.actor.id }, { message, limits });
      if (decision.kind === 'rejected') return decision;
      // Who may not speak in an auditorium any more may not speak by an edit.
      return mayPost(room, this.#services.directory.chain(room.categoryId), caller) ?? decision;
    });
  }

  redact(
    roomId: string,
    caller: Caller,
    { seq, reason, ifRevision }: { seq: number; reason: string | undefined; ifRevision: number | undefined },
    context: CommandContext,
  ): Promise<TranscriptOutcome> {
    return this.#change(roomId, seq, ifRevision, caller, context, (message, room) =>
      decideRedact({ seq, reason, mayRedact: manages(room, caller) }, { message }),
    );
  }

  isUnlogged(roomId: string): boolean {
    const { directory } = this.#services;
    const room = directory.room(roomId);
    return room !== undefined && unlogged(directory.chain(room.state.categoryId));
  }

  #decidePost(roomId: string, caller: Caller, message: NewMessage, replyTargetExists: boolean) {
    const { directory, limits } = this.#services;
    const room = directory.room(roomId)?.state;
    if (!room) return GONE;
    return (
      mayPost(room, directory.chain(room.categoryId), caller) ?? decidePost(message, { replyTargetExists, limits })
    );
  }

  #change(
    roomId: string,
    seq: number,
    ifRevision: number | undefined,
    caller: Caller,
    context: CommandContext,
    decide: (
      message: Message | undefined,
      room: LiveRoom,
    ) => Rejection | ReturnType<typeof decideEdit> | ReturnType<typeof decideRedact>,
  ): Promise<TranscriptOutcome> {
    return this.#writer.execute(roomId, {
      context,
      alone: true,
      decide: async (head) => {
        const room = this.#services.directory.room(roomId)?.state;
        if (!room) return GONE;
        const row = await this.#current(roomId, seq, head);
        const decision = this.#mayChange(room, caller) ?? decide(row && asMessage(row), room);
        if (decision.kind === 'accepted' && ifRevision !== undefined && ifRevision !== row?.revision) {
          return reject('revision-conflict', `The message is at revision ${row?.revision ?? -1}.`);
        }
        return decision;
      },
    });
  }

  /** Who administers a room without reading it may still redact there. */
  #mayChange(room: LiveRoom, caller: Caller): Rejection | undefined {
    const refused = mayRead(room, this.#services.directory.chain(room.categoryId), caller);
    if (refused?.code !== 'not-a-member' || !manages(room, caller)) return refused;
    return room.disabled ? reject('room-disabled', 'This room is disabled.') : undefined;
  }

  /** The message as of the transcript's head. */
  async #current(roomId: string, seq: number, head: Head): Promise<MessageRow | undefined> {
    if (!(await this.#services.readModelsReached(['messages'], head.position, PATIENCE_MS))) {
      throw new Problem('read-model-behind', 'The message cannot be changed before the read model has it; ask again.', {
        headers: { 'retry-after': '1' },
      });
    }
    return messageAt(this.#services, roomId, seq);
  }

  async #targetExists(roomId: string, { replyTo }: NewMessage): Promise<boolean> {
    if (replyTo === undefined) return true;
    const stream = streamName('transcript', roomId);
    for await (const [recorded] of this.#services.store.readStream(stream, { from: replyTo, limit: 1 })) {
      const event = recorded && catalogue.decode(recorded);
      return event !== undefined && 'type' in event && event.type === 'MessagePosted';
    }
    return false;
  }
}

function asMessage({ author, kind, text, redactedAt }: MessageRow): Message {
  return { authorId: author.id, kind, text, redacted: redactedAt !== undefined };
}

/** Rich text as a browser may show it: no scripts, no frames, no pictures from elsewhere. */
export function sanitised(html: string): string {
  return sanitize(html);
}
