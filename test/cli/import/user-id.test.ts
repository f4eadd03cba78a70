import fc from 'fast-check';
import { expect, it } from 'vitest';
import { userIdOf } from '../../../src/cli/import/irc/user-id.js';
import { anyText } from '../any-text.js';

const VALID = /^[A-Za-z0-9._-]{1,64}$/;

it.each([
  ['ada', 'ada'],
  ['Ada_L-1', 'Ada_L-1'],
  ['Aaron|home', 'Aaron.7chome'],
  ['[KrusheR]', '.5bKrusheR.5d'],
  ['a.b', 'a.2eb'],
  ['é', '.c3.a9'],
])('%s is the user %s', (nick, id) => {
  expect(userIdOf(nick)).toBe(id);
});

it('ids are valid, and different nicks have different ids', () => {
  const nick = anyText({ minLength: 1, maxLength: 80 });
  const prefix = fc.constantFrom('', 'irc-');
  fc.assert(
    fc.property(nick, nick, prefix, (one, other, before) => {
      expect(userIdOf(one, before)).toMatch(VALID);
      expect(userIdOf(one, before).startsWith(before)).toBe(true);
      expect(userIdOf(one, before) === userIdOf(other, before)).toBe(one.toWellFormed() === other.toWellFormed());
    }),
    { numRuns: 1_000 },
  );
});

it('long nicks that begin alike stay apart', () => {
  const long = 'x'.repeat(64);
  expect(new Set([userIdOf(long), userIdOf(`${long}y`), userIdOf(`${long}z`)]).size).toBe(3);
  expect(userIdOf(`${long}y`)).toMatch(VALID);
});
