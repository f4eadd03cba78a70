import type { EventStore, ReadStreamOptions } from '../../../src/domain/kernel/event-store.js';
import type { ProposedEvent, RecordedEvent, StreamName } from '../../../src/domain/kernel/event.js';
import type { ExpectedRevision } from '../../../src/domain/kernel/event-store.js';

/** A log whose every append and read of a stream waits to be let through; what is never let through is a node that died. */
export class SteppedStore implements EventStore {
  readonly #log: EventStore;
  readonly #waiting: (() => void)[] = [];

  constructor(log: EventStore) {
    this.#log = log;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Lets one through. */
  step(): void {
    this.#waiting.shift()?.();
  }

  async append(stream: StreamName, events: readonly ProposedEvent[], expected: ExpectedRevision) {
    await this.#turn();
    return this.#log.append(stream, events, expected);
  }

  async *readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]> {
    await this.#turn();
    yield* this.#log.readStream(stream, options);
  }

  readAll: EventStore['readAll'] = (options) => this.#log.readAll(options);
  subscribe: EventStore['subscribe'] = (options) => this.#log.subscribe(options);
  head: EventStore['head'] = () => this.#log.head();
  close: EventStore['close'] = () => this.#log.close();

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Everything that does not wait for a step has happened. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets one after the other through until it is so. */
export async function stepUntil(store: SteppedStore, isSo: () => boolean): Promise<void> {
  await quiet();
  while (!isSo()) {
    store.step();
    await quiet();
  }
}

/** One of `options` ways on, from 0. */
export type Choose = (options: number) => number;

export interface Bounds {
  /** How often an actor may be left for another one although it could go on. */
  readonly preemptions: number;
  /** How many actors may die on the way. */
  readonly crashes: number;
}

export interface Actor {
  readonly store: SteppedStore;
  readonly act: () => Promise<unknown>;
}

/** `crashed`: it was never heard of again. */
export type Ending = { readonly kind: 'ended'; readonly result: unknown } | { readonly kind: 'crashed' };

/** Runs actors one step of one of them at a time, as chosen, until all have ended or died. */
export async function interleave(actors: readonly Actor[], choose: Choose, bounds: Bounds): Promise<Ending[]> {
  const endings = actors.map<Ending | undefined>(() => undefined);
  const failures: unknown[] = [];
  for (const [index, actor] of actors.entries())
    void actor
      .act()
      .then((result) => (endings[index] = { kind: 'ended', result }))
      .catch((error: unknown) => failures.push(error));
  let { preemptions, crashes } = bounds;
  for (let current: number | undefined; ;) {
    await quiet();
    if (failures.length > 0) throw failures[0];
    const able = actors.flatMap(({ store }, index) => (!endings[index] && store.isWaiting ? [index] : []));
    if (able.length === 0) {
      if (endings.includes(undefined)) throw new Error('an actor neither goes on nor ends');
      return endings.filter((ending) => ending !== undefined);
    }
    const ways = waysOn(able, current, { preemptions, crashes });
    const way = ways[ways.length === 1 ? 0 : choose(ways.length)];
    if (!way) throw new Error('there is no such way on');
    if (current !== undefined && way.actor !== current && able.includes(current)) preemptions -= 1;
    if (way.kind === 'crash') {
      endings[way.actor] = { kind: 'crashed' };
      crashes -= 1;
    } else {
      actors[way.actor]?.store.step();
      current = way.actor;
    }
  }
}

interface Way {
  readonly kind: 'step' | 'crash';
  readonly actor: number;
}

function waysOn(able: readonly number[], current: number | undefined, { preemptions, crashes }: Bounds): Way[] {
  const goesOn = current !== undefined && able.includes(current);
  const next = goesOn ? [current, ...(preemptions > 0 ? able.filter((one) => one !== current) : [])] : able;
  const steps = next.map<Way>((one) => ({ kind: 'step', actor: one }));
  return crashes > 0 && goesOn ? [...steps, { kind: 'crash', actor: current }] : steps;
}

/** Runs once for every series of choices; returns how many there were. */
export async function everyWay(run: (choose: Choose) => Promise<void>): Promise<number> {
  let given: number[] = [];
  for (let runs = 1; ; runs += 1) {
    const trail: { options: number; taken: number }[] = [];
    const choose = (options: number) => {
      const taken = given[trail.length] ?? 0;
      trail.push({ options, taken });
      return taken;
    };
    await run(choose).catch((error: unknown) => {
      throw new Error(`with the choices ${trail.map(({ taken }) => taken).join(' ')}`, { cause: error });
    });
    const last = trail.findLastIndex(({ options, taken }) => taken + 1 < options);
    if (last < 0) return runs;
    given = trail.slice(0, last + 1).map(({ taken }, index) => (index === last ? taken + 1 : taken));
  }
}
