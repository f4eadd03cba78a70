import { describe, expect, it } from 'vitest';
import { TranscriptWriter, type TranscriptOutcome } from '../../src/api/commands/transcript-writer.js';
import { NodeView } from '../../src/api/node-view.js';
import { accept, reject } from '../../src/domain/kernel/decider.js';
import { streamName, type ProposedEvent, type RecordedEvent, type StreamName } from '../../src/domain/kernel/event.js';
import type { AppendOutcome, EventStore, ExpectedRevision } from '../../src/domain/kernel/event-store.js';
import type { Position } from '../../src/domain/kernel/position.js';
import { OutcomeUnknownError } from '../../src/domain/kernel/handle-command.js';
import type { TranscriptFact } from '../../src/domain/transcript/decide.js';
import { Directory } from '../../src/projections/directory/directory.js';
import { InMemoryEventStore } from '../support/in-memory-event-store.js';
import { actor, ids } from '../support/live-node.js';

const ROOM = 'r1';
const STREAM = streamName('transcript', ROOM);

type Append = (
  stream: StreamName,
  events: readonly ProposedEvent[],
  expected: ExpectedRevision,
) => Promise<AppendOutcome>;

/** One node's writer on a log, with a clock of its own and, between it and the log, whatever a test puts there. */
class Node {
  readonly directory = new Directory();
  readonly appends: (readonly ProposedEvent[])[] = [];
  /** Called instead of the log, once for each entry. */
  readonly instead: ((append: Append, ...given: Parameters<Append>) => Promise<AppendOutcome>)[] = [];
  readonly #writer: TranscriptWriter;
  readonly #over = new AbortController();
  readonly #following: Promise<unknown>;
  #now: number;

  constructor(log: InMemoryEventStore, { startsAt = 0, tickMs = 1 } = {}) {
    this.#now = startsAt;
    const silent = () => undefined;
    const view = new NodeView(this.directory, log, { debug: silent, info: silent, warn: silent, error: silent });
    this.#following = view.follow(this.#over.signal, silent);
    const append: Append = (...given) => {
      this.appends.push(given[1]);
      const other = this.instead.shift();
      return other ? other(log.append.bind(log), ...given) : log.append(...given);
    };
    const store: EventStore = Object.assign(Object.create(log) as EventStore, {
      append,
      readStream: log.readStream.bind(log),
    });
    const clock = { now: () => new Date((this.#now += tickMs)).toISOString() };
    this.#writer = new TranscriptWriter(store, view, { clock, ids });
  }

  execute(command: Omit<Parameters<TranscriptWriter['execute']>[1], 'context'>, key?: string, fingerprint = 'f') {
    const context = {
      actor: actor('ada'),
      node: 'n',
      correlationId: 'c',
      ...(key !== undefined && { idempotency: { key, fingerprint } }),
    };
    return this.#writer.execute(ROOM, { ...command, context });
  }

  post(text: string, key?: string, fingerprint?: string): Promise<TranscriptOutcome> {
    return this.execute({ decide: () => accept(posted(text)) }, key, fingerprint);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#following;
  }
}

function posted(text: string): TranscriptFact {
  return { type: 'MessagePosted', data: { kind: 'normal', text } };
}

function textsIn({ events }: InMemoryEventStore): unknown[] {
  return events.map(({ data }) => (data as { readonly text?: string }).text);
}

function timesIn({ events }: InMemoryEventStore): string[] {
  return events.map(({ metadata }: RecordedEvent) => (metadata as { readonly time: string }).time);
}

function revisionOf(outcome: TranscriptOutcome): number {
  if (outcome.kind !== 'written') throw new Error(`it was ${outcome.kind}`);
  return outcome.revision;
}

/** As the embedded engine has it: an id that lies elsewhere is a conflict. */
function refusingKnownIds(log: InMemoryEventStore) {
  return (append: Append, ...given: Parameters<Append>): Promise<AppendOutcome> => {
    const isKnown = given[1].some(({ id }) => log.events.some((event) => event.id === id));
    return isKnown ? Promise.resolve({ kind: 'conflict', revision: log.events.length - 1 }) : append(...given);
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the writer of a transcript', () => {
  it('writes what comes at once in one append, in the order in which it came', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    const outcomes = await Promise.all(numbers(20).map((n) => node.post(`${n}`)));
    expect(outcomes.map(revisionOf)).toEqual(numbers(20));
    expect(textsIn(log)).toEqual(numbers(20).map(String));
    expect(node.appends).toHaveLength(1);
    await node.stop();
  });

  it('writes at most 256 commands at once, and never more than an append may hold', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    await Promise.all([
      ...numbers(300).map((n) => node.post(`${n}`)),
      node.post('x'.repeat(100_000)),
      node.post('y'.repeat(100_000)),
    ]);
    expect(node.appends.map((events) => events.length)).toEqual([256, 45, 1]);
    expect(log.events.map(({ revision }) => revision)).toEqual(numbers(302));
    await node.stop();
  });

  it('gathers what comes while an append is under way for the next one', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    const late: Promise<TranscriptOutcome>[] = [];
    node.instead.push((append, ...given) => {
      late.push(...numbers(3).map((n) => node.post(`late ${n}`)));
      return append(...given);
    });
    await node.post('first');
    await Promise.all(late);
    expect(node.appends.map((events) => events.length)).toEqual([1, 3]);
    await node.stop();
  });

  it('leaves no gap and no doubt when two nodes write to one room at once, and time does not go back', async () => {
    const log = new InMemoryEventStore();
    const ahead = new Node(log, { startsAt: 60_000 });
    const behind = new Node(log, { startsAt: 0 });
    const outcomes = await Promise.all(
      numbers(40).flatMap((n) => {
        const wait = Promise.resolve();
        return [wait.then(() => ahead.post(`ahead ${n}`)), behind.post(`behind ${n}`)];
      }),
    );
    outcomes.push(...(await Promise.all(numbers(20).map(async (n) => (n % 2 ? ahead : behind).post(`more ${n}`)))));
    expect(outcomes.map(revisionOf).sort((one, two) => one - two)).toEqual(numbers(100));
    expect(log.events.map(({ revision }) => revision)).toEqual(numbers(100));
    expect(new Set(textsIn(log)).size).toBe(100);
    expect(timesIn(log)).toEqual([...timesIn(log)].sort());
    for (const outcome of outcomes)
      if (outcome.kind === 'written')
        expect(log.events[outcome.revision]).toMatchObject({ id: outcome.event.id, position: outcome.position });
    await Promise.all([ahead.stop(), behind.stop()]);
  });

  it('keeps time from going back within an append when the clock does', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log, { startsAt: 1_000_000, tickMs: -1_000 });
    await Promise.all(numbers(5).map((n) => node.post(`${n}`)));
    await node.post('later');
    expect(new Set(timesIn(log)).size).toBe(1);
    await node.stop();
  });

  it('asks again what was decided before somebody else wrote, and only what was not answered yet', async () => {
    const log = new InMemoryEventStore();
    const [node, other] = [new Node(log), new Node(log)];
    node.instead.push(async (append, ...given) => {
      await other.post('in between');
      return append(...given);
    });
    const asked = { refused: 0, accepted: 0 };
    const [refused, accepted, unchanged] = await Promise.all([
      node.execute({
        decide: () => ((asked.refused += 1) > 1 ? accept(posted('refused')) : reject('not-a-member', 'no')),
      }),
      node.execute({ decide: ({ revision }) => accept(posted(`at ${revision} time ${(asked.accepted += 1)}`)) }),
      node.execute({ decide: ({ revision }) => (revision < 0 ? accept() : accept(posted('unchanged'))) }),
    ]);
    expect([refused.kind, accepted.kind, unchanged.kind]).toEqual(['rejected', 'written', 'unchanged']);
    expect(textsIn(log)).toEqual(['in between', 'at 0 time 2']);
    expect(asked.refused).toBe(1);
    await Promise.all([node.stop(), other.stop()]);
  });

  it('sends the same events again until the log says what became of them', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    const unknown = { kind: 'unknown', reason: 'no answer' } as const;
    node.instead.push(
      () => Promise.resolve(unknown),
      async (append, ...given) => {
        await append(...given); // it was written, and nobody heard
        return unknown;
      },
    );
    const outcomes = await Promise.all([node.post('one'), node.post('two', 'key')]);
    expect(outcomes.map(revisionOf)).toEqual([0, 1]);
    expect(textsIn(log)).toEqual(['one', 'two']);
    const sent = node.appends.map((events) => events.map(({ id }) => id));
    expect(sent).toEqual([sent[0], sent[0], sent[0]]);
    await node.stop();
  });

  it('fails what the log never answers, and goes on with what comes then, at the right number', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    let written = false;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      node.instead.push(async (append, ...given) => {
        if (!written) await append(...given);
        written = true;
        return { kind: 'unknown', reason: 'no answer' };
      });
    }
    await expect(node.post('lost or not', 'key')).rejects.toBeInstanceOf(OutcomeUnknownError);
    expect(revisionOf(await node.post('next'))).toBe(1);
    expect(await node.post('lost or not', 'key')).toMatchObject({ kind: 'repeated', record: { revision: 0 } });
    expect(textsIn(log)).toEqual(['lost or not', 'next']);
    await node.stop();
  });

  it('does not carry out again what another node has carried out under the same key', async () => {
    const log = new InMemoryEventStore();
    const [node, other] = [new Node(log), new Node(log)];
    node.instead.push(async (append, ...given) => {
      await other.post('once', 'key');
      await other.post('something else', 'taken', 'another request');
      return append(...given);
    });
    const [repeated, mismatched, fresh] = await Promise.all([
      node.post('once', 'key'),
      node.post('x', 'taken'),
      node.post('mine', 'mine'),
    ]);
    expect(repeated).toMatchObject({ kind: 'repeated', record: { stream: STREAM, revision: 0 } });
    expect(mismatched).toMatchObject({ kind: 'rejected', code: 'idempotency-mismatch' });
    expect(revisionOf(fresh)).toBe(2);
    expect(textsIn(log)).toEqual(['once', 'something else', 'mine']);
    await Promise.all([node.stop(), other.stop()]);
  });

  it('decides what looks at more than the head alone, each after the one before was written', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    const seen: number[] = [];
    const edit = (n: number) =>
      node.execute({
        alone: true,
        decide({ revision }) {
          seen.push(revision);
          return accept({ type: 'MessageEdited', data: { seq: 0, text: `${n}` } });
        },
      });
    await Promise.all([node.post('zero'), node.post('one'), edit(1), edit(2), node.post('two'), edit(3)]);
    expect(seen).toEqual([1, 2, 4]);
    expect(textsIn(log)).toEqual(['zero', 'one', '1', '2', 'two', '3']);
    await node.stop();
  });

  it('refuses nobody because somebody else cannot be decided', async () => {
    const log = new InMemoryEventStore();
    const node = new Node(log);
    const fails = () =>
      node.execute({ alone: true, decide: () => Promise.reject(new Error('the read model is behind')) });
    const results = await Promise.allSettled([
      node.post('before'),
      fails(),
      node.post('after'),
      fails(),
      node.post('last'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(textsIn(log)).toEqual(['before', 'after', 'last']);
    await node.stop();
  });

  it('answers a key that no index knows any more as the first time, and holds up nobody', async () => {
    const log = new InMemoryEventStore();
    const first = new Node(log);
    await first.post('before');
    expect(revisionOf(await first.post('once', 'k'))).toBe(1);
    await first.stop();
    const second = new Node(log);
    await second.post('after');
    second.directory.recentKeys.forget(1_000 as Position); // and the read model has lost it
    for (let appends = 0; appends < 10; appends += 1) second.instead.push(refusingKnownIds(log));
    const [again, other, another] = await Promise.all([
      second.post('once', 'k'),
      second.post('x'),
      second.post('y', 'other'),
    ]);
    expect(again).toMatchObject({ kind: 'repeated', record: { key: 'k', revision: 1 } });
    expect([other, another].map(revisionOf)).toEqual([3, 4]);
    expect(textsIn(log)).toEqual(['before', 'once', 'after', 'x', 'y']);
    await second.stop();
  });
});
