import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue, type EventType, type FactOf } from '../../src/domain/catalogue/catalogue.js';
import { propose } from '../../src/domain/kernel/command.js';
import { idOf, type StreamName } from '../../src/domain/kernel/event.js';
import type { EventStore } from '../../src/domain/kernel/event-store.js';
import { openEmbeddedEventStore } from '../../src/store/embedded/log/embedded-event-store.js';
import { actor, ids } from './live-node.js';

/** A data folder whose log is written by hand, as if its server ran beside whoever reads it. */
export class WrittenLog {
  readonly folder: string;
  readonly #store: EventStore;

  private constructor(folder: string, store: EventStore) {
    this.folder = folder;
    this.#store = store;
  }

  static async create(): Promise<WrittenLog> {
    const folder = await mkdtemp(join(tmpdir(), 'hansard-written-'));
    return new WrittenLog(folder, await openEmbeddedEventStore({ folder: join(folder, 'data') }));
  }

  /** Settings of a command that reads it. */
  get flags(): Readonly<Record<string, string>> {
    return { data: join(this.folder, 'data') };
  }

  /** At that server time. */
  async write<Type extends EventType>(
    stream: string,
    fact: FactOf<Type>,
    { time, by = 'ada', times = 1 }: { readonly time: string; readonly by?: string; readonly times?: number },
  ): Promise<void> {
    const context = { actor: actor(by), node: 'test', correlationId: 'c' };
    const stamping = { clock: { now: () => time }, ids };
    const facts = Array.from({ length: times }, () => fact);
    const events = propose(stream as StreamName, facts, context, stamping, catalogue.versionOf);
    const outcome = await this.#store.append(stream as StreamName, events, 'any');
    if (outcome.kind !== 'committed') throw new Error(outcome.kind);
  }

  room(id: string, name: string, time: string): Promise<void> {
    const lists = { members: [], managers: [], presenters: [] };
    const data = { name, categoryId: 'c', description: '', topic: '', invitations: 'inherit', ...lists } as const;
    return this.write(
      `room-${id}`,
      { type: 'RoomCreated', data: { ...data, privacy: 'open', type: 'normal' } },
      { time },
    );
  }

  say(id: string, text: string, time: string, times = 1): Promise<void> {
    const fact = { type: 'MessagePosted', data: { kind: 'normal', text } } as const;
    return this.write(`transcript-${id}`, fact, { time, times });
  }

  /** All events of the log. */
  async events() {
    const all: { readonly type: string; readonly subject: string; readonly time: string; readonly data: unknown }[] =
      [];
    for await (const { events } of this.#store.readAll({ after: 0 as never })) {
      for (const { type, stream, metadata, data } of events) {
        all.push({ type, subject: idOf(stream), time: (metadata as { time: string }).time, data });
      }
    }
    return all;
  }

  async dispose(): Promise<void> {
    await this.#store.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
