import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveDecider } from '../../src/domain/archive/decide.js';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import { categoryDecider } from '../../src/domain/category/decide.js';
import { isParked } from '../../src/domain/kernel/catalogue.js';
import type { Decider, Fact } from '../../src/domain/kernel/decider.js';
import type { EventId } from '../../src/domain/kernel/event.js';
import { streamName } from '../../src/domain/kernel/event.js';
import { ORIGIN } from '../../src/domain/kernel/position.js';
import { principalDecider } from '../../src/domain/principal/decide.js';
import { roomDecider } from '../../src/domain/room/decide.js';
import type { RoomState } from '../../src/domain/room/room.js';
import { fold, metadata, recorded } from '../support/decider-specification.js';
import {
  archiveCommand,
  categoryCommand,
  createCategory,
  createRoom,
  principalCommand,
  roomCommand,
} from './commands.js';
import { anyFact } from './facts.js';

interface Step<State, Command, F> {
  readonly command: Command;
  readonly facts: readonly F[];
  /** The state after each fact of the step; the state before it when there is none. */
  readonly states: readonly State[];
}

/** Lets the commands happen one after the other, as far as the decider accepts them. */
function play<State, Command, F extends Fact>(decider: Decider<State, Command, F>, commands: readonly Command[]) {
  let state = decider.initialState;
  return commands.map((command): Step<State, Command, F> => {
    const before = state;
    const decision = decider.decide(command, state);
    const facts = decision.kind === 'accepted' ? decision.facts : [];
    const states = facts.map((fact) => (state = decider.evolve(state, recorded(fact))));
    return { command, facts, states: facts.length > 0 ? states : [before] };
  });
}

function sequence<T>(first: fc.Arbitrary<T>, others: fc.Arbitrary<T>) {
  return fc
    .tuple(fc.option(first, { nil: undefined }), fc.array(others, { maxLength: 40, size: 'max' }))
    .map(([one, rest]) => (one === undefined ? rest : [one, ...rest]));
}

const rooms = sequence(createRoom, roomCommand);
const categories = sequence(createCategory, categoryCommand);
const users = fc.array(principalCommand, { maxLength: 20 });
const windows = fc.array(archiveCommand, { maxLength: 40, size: 'max' });

function laws<State, Command extends { readonly type: string }, F extends Fact>(
  name: string,
  decider: Decider<State, Command, F>,
  commands: fc.Arbitrary<readonly Command[]>,
  { repeatable = [] }: { readonly repeatable?: readonly string[] } = {},
) {
  describe(`the decider of ${name}`, () => {
    it('takes any fact in any order, and an unknown one changes nothing', () => {
      const unknown = { type: 'SomethingElse', data: { principal: null, name: 7 } };
      fc.assert(
        fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
          const state = fold(decider, facts as F[]);
          expect(fold(decider, [...facts, unknown] as F[])).toStrictEqual(state);
        }),
      );
    });

    it('says facts whose fold is the state it decided on, and leaves older states alone', () => {
      fc.assert(
        fc.property(commands, (given) => {
          const steps = play(decider, given);
          const facts: F[] = [];
          for (const step of steps) {
            facts.push(...step.facts);
            expect(step.states.at(-1)).toStrictEqual(fold(decider, facts));
          }
        }),
      );
    });

    it('has nothing to add when a command comes again', () => {
      fc.assert(
        fc.property(commands, (given) => {
          for (const { command, states } of play(decider, given)) {
            const [last] = states.slice(-1);
            if (last === undefined || repeatable.includes(command.type)) continue;
            const again = decider.decide(command, last);
            expect(again.kind === 'accepted' ? again.facts : []).toStrictEqual([]);
          }
        }),
      );
    });

    it('says only what the catalogue can read again', () => {
      fc.assert(
        fc.property(commands, (given) => {
          for (const { type, data } of play(decider, given).flatMap(({ facts }) => facts)) {
            const stored: unknown = JSON.parse(JSON.stringify(data));
            const event = catalogue.decode({
              id: 'e' as EventId,
              type,
              data: stored,
              metadata: { ...metadata, version: 1, correlationId: 'c', node: 'n' },
              stream: streamName('room', 'r'),
              revision: 0,
              position: ORIGIN,
            });
            expect(isParked(event) ? event.reason : event.data).toStrictEqual(data);
          }
        }),
      );
    });
  });
}

laws('rooms', roomDecider, rooms, { repeatable: ['DropNameReservation'] });
laws('categories', categoryDecider, categories, { repeatable: ['ReserveName'] });
laws('users', principalDecider, users);
laws('archives', archiveDecider, windows, { repeatable: ['Seal'] });

describe('whatever is commanded', () => {
  it('presenters are members or managers of an auditorium, after every single fact', () => {
    fc.assert(
      fc.property(rooms, (commands) => {
        for (const state of play(roomDecider, commands).flatMap(({ states }) => states)) expectPresentersListed(state);
      }),
      { numRuns: 300 },
    );
  });

  it('a room is created once and stays ended', () => {
    fc.assert(
      fc.property(rooms, (commands) => {
        const facts = play(roomDecider, commands).flatMap((step) => step.facts.map(({ type }) => type));
        expect(facts.filter((type) => type === 'RoomCreated').length).toBeLessThanOrEqual(1);
        const end = facts.indexOf('RoomDeleted');
        if (end >= 0) expect(facts).toHaveLength(end + 1);
        if (facts[0] === 'NameReservationDropped') expect(facts).toHaveLength(1);
      }),
    );
  });

  it('a name passes from one room to another only by release or from the room it is taken of', () => {
    fc.assert(
      fc.property(categories, (commands) => {
        const holders = new Map<string, string>();
        for (const { command, facts } of play(categoryDecider, commands))
          for (const { type, data } of facts) {
            if (type === 'NameReserved') {
              const from = command.type === 'TakeName' ? command.from : undefined;
              expect([undefined, data.roomId, from]).toContain(holders.get(data.name));
              holders.set(data.name, data.roomId);
            } else if (type === 'NameReleased') {
              expect(holders.get(data.name)).toBe(data.roomId);
              holders.delete(data.name);
            } else if (type === 'CategoryDeleted') expect(holders.size).toBe(0);
          }
      }),
      { numRuns: 300 },
    );
  });

  it('windows are numbered without a gap, touch one another and are chained by their manifests', () => {
    fc.assert(
      fc.property(windows, (commands) => {
        const facts = play(archiveDecider, commands).flatMap((step) => step.facts);
        let last = { number: 0, to: 0, toTime: '', manifest: undefined as string | undefined, published: true };
        for (const { type, data } of facts) {
          if (type === 'WindowSealed') {
            expect(last.published).toBe(true);
            expect(data).toMatchObject({ number: last.number + 1, from: last.to });
            expect(data.previousManifestSha256).toBe(last.manifest);
            if (last.number > 0) expect(data.fromTime).toBe(last.toTime);
            expect(data.to).toBeGreaterThanOrEqual(data.from);
            expect(data.toTime >= data.fromTime).toBe(true);
            last = { ...last, number: data.number, to: data.to, toTime: data.toTime, published: false };
          } else if (type === 'WindowPublished') {
            expect([data.number, last.published]).toStrictEqual([last.number, false]);
            last = { ...last, manifest: data.manifestSha256, published: true };
          } else expect(data.number).toBeLessThanOrEqual(last.published ? last.number : last.number - 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function expectPresentersListed(state: RoomState): void {
  if (state.kind !== 'live') return;
  const { type, presenters, members, managers } = state;
  if (type === 'normal') expect(presenters.size).toBe(0);
  for (const ref of presenters) expect(members.has(ref) || managers.has(ref)).toBe(true);
}
