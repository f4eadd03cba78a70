import type { Findings, ProblemCode } from '../report.js';
import { Accounts, byTypeOf, type Countable } from '../window/accounts.js';
import type { WindowJson } from '../window/window-json.js';
import { MessageNumbers } from './message-numbers.js';

/** An event as it was read from a payload file. */
export interface FoundEvent extends Countable {
  readonly userId: string;
  /** Of the message that it replies to, edits or redacts. */
  readonly target?: number | undefined;
}

/** What a format can say; the rest is not checked against it. */
export interface Scope {
  /** Types of events that the file holds; `undefined`: all. */
  readonly types?: ReadonlySet<string>;
  /** Streams, references and presence can be followed. */
  readonly whole: boolean;
}

/** Follows the events of one window, whatever the format, and compares them with what `window.json` says. */
export class ContentCheck {
  readonly #window: WindowJson;
  readonly #findings: Findings;
  readonly #scope: Scope;
  readonly #path: string;
  readonly #accounts = new Accounts();
  readonly #unknown: ReadonlySet<string>;
  readonly #numbers = new Map<string, MessageNumbers>();
  /** First revisions of streams in this window: what is before them is in an earlier one. */
  readonly #firsts: ReadonlyMap<string, number>;
  readonly #present: Map<string, Set<string>>;

  constructor(window: WindowJson, path: string, findings: Findings, scope: Scope) {
    this.#window = window;
    this.#path = path;
    this.#findings = findings;
    this.#scope = scope;
    this.#unknown = new Set(window.unknown.map(({ stream, revision }) => `${stream} ${revision}`));
    this.#firsts = new Map(window.streams.map(({ stream, first }) => [stream, first]));
    this.#present = new Map(
      window.roster.map(({ room, participants }) => [room, new Set(participants.map(({ id }) => id))]),
    );
  }

  isUnknown(stream: string, revision: number): boolean {
    return this.#unknown.size > 0 && this.#unknown.has(`${stream} ${revision}`);
  }

  event(event: FoundEvent): void {
    if (this.#scope.whole) this.#followStream(event);
    this.#accounts.add(event);
    if (!event.known || event.roomId === undefined) return;
    if (this.#scope.whole) this.#followPresence(event, event.roomId);
    this.#followMessages(event, event.roomId);
  }

  finish(escaped: number): void {
    const { totals, events } = this.#window;
    const { types, whole } = this.#scope;
    const found = this.#accounts;
    this.#same(
      'byType',
      this.#within(found.byType, types),
      this.#within(new Map(Object.entries(totals.byType)), types),
    );
    this.#same('messages', found.messages, totals.messages);
    this.#same('textBytes', found.textBytes, totals.textBytes);
    this.#same('escapedCharacters', escaped, totals.escapedCharacters);
    if (whole) {
      this.#same('events', found.events, events);
      this.#same('unknown', found.unknown, totals.unknown);
      this.#sameStreams();
    }
    this.#sameRooms(types);
  }

  #within(counts: ReadonlyMap<string, number>, types: ReadonlySet<string> | undefined): Record<string, number> {
    return byTypeOf(types ? new Map([...counts].filter(([type]) => types.has(type))) : counts);
  }

  #sameRooms(types: ReadonlySet<string> | undefined): void {
    const said = new Map(this.#window.rooms.map((room) => [room.id, room]));
    for (const id of new Set([...said.keys(), ...this.#accounts.rooms.keys()])) {
      const found = this.#accounts.rooms.get(id);
      const counts = this.#within(found?.byType ?? new Map<string, number>(), types);
      this.#same(
        `byType of room ${id}`,
        counts,
        this.#within(new Map(Object.entries(said.get(id)?.byType ?? {})), types),
      );
      if (this.#scope.whole) this.#same(`unknown of room ${id}`, found?.unknown ?? 0, said.get(id)?.unknown ?? 0);
    }
  }

  #sameStreams(): void {
    const said = new Map(this.#window.streams.map(({ stream, ...range }) => [stream, range]));
    for (const name of new Set([...said.keys(), ...this.#accounts.streams.keys()]))
      this.#same(`range of ${name}`, this.#accounts.streams.get(name), said.get(name));
  }

  #same(what: string, found: unknown, said: unknown): void {
    const [one, other] = [JSON.stringify(found), JSON.stringify(said)];
    if (one !== other) this.#problem('count-differs', `${what}: the file has ${one}, window.json says ${other}`);
  }

  #followStream({ stream, revision }: FoundEvent): void {
    const before = this.#accounts.streams.get(stream);
    if (before && revision !== before.last + 1)
      this.#problem('stream-gap', `${stream}: revision ${revision} follows ${before.last}`);
  }

  #followPresence({ type, userId, revision, stream }: FoundEvent, roomId: string): void {
    let present = this.#present.get(roomId);
    if (!present) this.#present.set(roomId, (present = new Set()));
    const is = present.has(userId);
    const where = `${userId}, revision ${revision} of ${stream}`;
    if (type === 'MessagePosted' && !is) this.#findings.warning(this.#path, 'author-absent', where);
    if (type === 'ParticipantJoined' && is) this.#findings.warning(this.#path, 'joined-twice', where);
    if (type === 'ParticipantLeft' && !is) this.#findings.warning(this.#path, 'left-absent', where);
    if (type === 'ParticipantJoined') present.add(userId);
    if (type === 'ParticipantLeft') present.delete(userId);
  }

  #followMessages({ type, revision, target }: FoundEvent, roomId: string): void {
    let numbers = this.#numbers.get(roomId);
    if (!numbers)
      this.#numbers.set(roomId, (numbers = new MessageNumbers(this.#firsts.get(`transcript-${roomId}`) ?? 0)));
    if (target !== undefined && !numbers.mayHold(target))
      this.#problem('bad-reference', `room ${roomId}: ${type} names message ${target}, which is not there`);
    if (type === 'MessagePosted' && !numbers.add(revision))
      this.#problem('bad-reference', `room ${roomId}: message ${revision} is there twice, or after a later one`);
  }

  #problem(code: ProblemCode, message: string): void {
    this.#findings.problem(this.#path, code, message);
  }
}
