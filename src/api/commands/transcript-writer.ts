import type { CommandContext, Extra, Stamping } from '../../domain/kernel/command.js';
import { propose } from '../../domain/kernel/command.js';
import { reject, type Decision, type Rejection } from '../../domain/kernel/decider.js';
import type { ProposedEvent, StreamName } from '../../domain/kernel/event.js';
import { streamName } from '../../domain/kernel/event.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import { settle } from '../../domain/kernel/handle-command.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { catalogue } from '../../domain/catalogue/catalogue.js';
import type { TranscriptFact } from '../../domain/transcript/decide.js';
import type { KeyRecord } from '../../projections/directory/recent-keys.js';
import type { NodeView } from '../node-view.js';

/** The last event of a transcript; revision -1 before the first. */
export interface Head {
  readonly revision: number;
  readonly position: Position;
  readonly time: string | undefined;
}

/** A command on a transcript. `decide` is asked again whenever the transcript turned out to have changed. */
export interface TranscriptCommand {
  readonly context: CommandContext;
  readonly decide: (head: Head) => Decision<TranscriptFact> | Promise<Decision<TranscriptFact>>;
  /** Depends on more of the transcript than its head, so nothing may be written together with it. */
  readonly alone?: boolean;
  /** Metadata of what it writes, as of now. */
  readonly extra?: (() => Extra) | undefined;
}

export type TranscriptOutcome =
  | { readonly kind: 'written'; readonly event: ProposedEvent; readonly revision: number; readonly position: Position }
  | { readonly kind: 'unchanged'; readonly position: Position }
  /** Another node has already carried out a command with the same idempotency key. */
  | { readonly kind: 'repeated'; readonly record: KeyRecord }
  | Rejection;

interface Job extends TranscriptCommand {
  /** Written by itself, because something it was written with was refused for another reason than the head. */
  isSuspect: boolean;
  readonly resolve: (outcome: TranscriptOutcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending {
  readonly job: Job;
  readonly events: readonly ProposedEvent[];
}

const MAX_BATCH = 256;
/** Well below what one append may hold, counted by the longest JSON a character can become. */
const MAX_BATCH_BYTES = 700_000;

/**
 * The one writer of a room's transcript on this node. Commands that arrive while an append is under way are decided
 * together and written by the next one, at the exact revision that they were decided at: the transcript serialises the
 * room, here and between nodes.
 */
export class TranscriptWriter {
  readonly #store: EventStore;
  readonly #view: NodeView;
  readonly #stamping: Stamping;
  readonly #rooms = new Map<string, { readonly jobs: Job[]; head: Head | undefined }>();

  constructor(store: EventStore, view: NodeView, stamping: Stamping) {
    this.#store = store;
    this.#view = view;
    this.#stamping = stamping;
  }

  /** Resolves when what it wrote is durable and the node's view has it. */
  execute(roomId: string, command: TranscriptCommand): Promise<TranscriptOutcome> {
    return new Promise((resolve, reject) => {
      const job = { ...command, isSuspect: false, resolve, reject };
      const room = this.#rooms.get(roomId);
      if (room && room.jobs.length > 0) {
        room.jobs.push(job);
        return;
      }
      const jobs = [job];
      this.#rooms.set(roomId, { jobs, head: room?.head });
      void this.#work(roomId);
    });
  }

  /** Until no job is left. Jobs stay in the queue while they are worked on, so that only one loop runs for a room. */
  async #work(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    const stream = streamName('transcript', roomId);
    await Promise.resolve(); // lets requests of the same turn come along
    while (room.jobs.length > 0) {
      let working = room.jobs.slice(0, MAX_BATCH);
      try {
        room.head ??= await this.#loadHead(stream);
        const { pending, considered } = await this.#decide(stream, working, room.head);
        // Who was answered is not asked again, whatever becomes of the append.
        working = pending.map(({ job }) => job);
        room.jobs.splice(0, considered, ...working);
        if (pending.length > 0) room.head = await this.#append(stream, pending, room.head);
        if (!room.head) continue; // it had changed: the same jobs again, from its new head
      } catch (error) {
        room.head = undefined;
        for (const job of working) job.reject(error);
      }
      room.jobs.splice(0, working.length);
    }
  }

  async #decide(stream: StreamName, jobs: readonly Job[], head: Head) {
    const pending: Pending[] = [];
    let bytes = 0;
    let considered = 0;
    for (const job of jobs) {
      if (pending.length > 0 && (isAlone(job) || pending.some((one) => isAlone(one.job)))) break;
      const decision = this.#repeated(job) ?? (await decided(job, head));
      if (decision.kind === 'accepted' && decision.facts.length > 0) {
        const events = propose(stream, decision.facts, job.context, this.#stamping, catalogue.versionOf, {
          notBefore: pending.at(-1)?.events.at(-1)?.metadata.time ?? head.time,
          extra: job.extra?.() ?? {},
        });
        bytes += events.reduce((sum, { data, metadata }) => sum + weightOf(data) + weightOf(metadata), 0);
        if (pending.length > 0 && bytes > MAX_BATCH_BYTES) break;
        pending.push({ job, events });
      } else if (decision.kind === 'accepted') job.resolve({ kind: 'unchanged', position: this.#view.position });
      else if (decision.kind === 'failed') job.reject(decision.error);
      else job.resolve(decision);
      considered += 1;
    }
    return { pending, considered };
  }

  #repeated({
    context: { idempotency },
  }: Job): Extract<TranscriptOutcome, { kind: 'repeated' | 'rejected' }> | undefined {
    const record = idempotency && this.#view.directory.recentKeys.get(idempotency.key);
    if (!record) return undefined;
    if (record.fingerprint === idempotency.fingerprint) return { kind: 'repeated', record };
    return reject('idempotency-mismatch', 'This Idempotency-Key was used for another request.');
  }

  /** The new head, or undefined when somebody else wrote in between; then the view has what they wrote. */
  async #append(stream: StreamName, pending: readonly Pending[], head: Head): Promise<Head | undefined> {
    const events = pending.flatMap((one) => one.events);
    const outcome = await settle(this.#store, stream, events, head.revision < 0 ? 'no-stream' : head.revision);
    if (outcome.kind === 'conflict') return this.#conflicted(stream, pending, head);
    const position = outcome.positions.at(-1) ?? head.position;
    await this.#view.reached(position);
    let revision = head.revision;
    for (const { job, events: own } of pending) {
      revision += own.length;
      const event = own.at(-1);
      const at = outcome.positions[revision - head.revision - 1];
      if (event && at !== undefined) job.resolve({ kind: 'written', event, revision, position: at });
    }
    return { revision, position, time: events.at(-1)?.metadata.time };
  }

  /**
   * Usually somebody else wrote in between. Where the head is the same all the same, an event id is in the log already though
   * no index knows its key: it is damaged, or an index was. Nobody else has to wait for that.
   */
  async #conflicted(stream: StreamName, pending: readonly Pending[], before: Head): Promise<Head | undefined> {
    const head = await this.#loadHead(stream);
    await this.#view.reached(head.position);
    if (head.revision !== before.revision) return undefined;
    const [first] = pending;
    if (pending.length > 1) for (const { job } of pending) job.isSuspect = true;
    else if (first) {
      first.job.resolve(await this.#recorded(stream, first));
      return head;
    }
    return undefined;
  }

  /** What an earlier request under the same key has written, wherever it lies in the transcript. */
  async #recorded(stream: StreamName, { job, events }: Pending): Promise<TranscriptOutcome> {
    const [own, mark] = [events.at(-1), job.context.idempotency];
    for await (const batch of this.#store.readStream(stream)) {
      const found = batch.find(({ id }) => id === own?.id);
      if (!found || !mark) continue;
      const { revision, type, position } = found;
      return { kind: 'repeated', record: { ...mark, stream, revision, type, position } };
    }
    return reject('idempotency-mismatch', 'This Idempotency-Key was used for another request.');
  }

  async #loadHead(stream: StreamName): Promise<Head> {
    for await (const [event] of this.#store.readStream(stream, { direction: 'backward', limit: 1 })) {
      if (!event) break;
      const decoded = catalogue.decode(event);
      const time = 'kind' in decoded ? undefined : decoded.metadata.time;
      return { revision: event.revision, position: event.position, time };
    }
    return { revision: -1, position: ORIGIN, time: undefined };
  }
}

function isAlone({ alone, isSuspect }: Job): boolean {
  return alone === true || isSuspect;
}

/** What one command cannot be decided for is no reason to refuse those that wait with it. */
async function decided(job: Job, head: Head) {
  try {
    return await job.decide(head);
  } catch (error) {
    return { kind: 'failed', error } as const;
  }
}

/** More than its JSON can have bytes: a character becomes six at most, and so many stand around a value. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 6 + 8;
  if (typeof value !== 'object' || value === null) return 32;
  let weight = 8;
  for (const [name, member] of Object.entries(value)) weight += name.length * 6 + 8 + weightOf(member);
  return weight;
}
