import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemClock, systemIds } from '../../src/system.js';
import { anyText } from '../cli/any-text.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([48])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it('the clock says UTC with milliseconds', () => {
  expect(systemClock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

it('random ids are 32 hex digits and random event ids are UUIDs of version 4', () => {
  expect(systemIds.random()).toMatch(/^[0-9a-f]{32}$/);
  expect(UUID.exec(systemIds.randomEvent())?.[1]).toBe('4');
  expect(systemIds.random()).not.toBe(systemIds.random());
});

it('derived ids depend on the parts alone, and on where one part ends', () => {
  const parts = fc.array(anyText(), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(systemIds.derived(...one) === systemIds.derived(...other)).toBe(same);
      expect(systemIds.derivedEvent(...one) === systemIds.derivedEvent(...other)).toBe(same);
      expect(UUID.exec(systemIds.derivedEvent(...one))?.[1]).toBe('8');
    }),
  );
  expect(systemIds.derived('ab', 'c')).not.toBe(systemIds.derived('a', 'bc'));
  expect(systemIds.derived('a:1', '')).not.toBe(systemIds.derived('a', '1:'));
});
