import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantAttributes, instantOf, isInstant } from '../../../src/workers/compliance/instants.js';

const anyTime = fc.date({
  min: new Date('0001-01-01T00:00:00.001Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('an instant', () => {
  it('is the same in milliseconds, in text and in ticks', () => {
    fc.assert(
      fc.property(anyTime, (date) => {
        const { since1970, string, long } = instantOf(date.getTime());
        expect(BigInt(since1970) * 10_000n + 621_355_968_000_000_000n).toBe(BigInt(long));
        expect(string).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
        expect(Date.parse(string)).toBe(Number(since1970));
        expect(instantAttributes(date.toISOString())).toBe(
          `since1970="${since1970}" string="${string}" long="${long}"`,
        );
      }),
    );
  });

  it('has the ticks that .NET counts', () => {
    expect(instantOf(0).long).toBe('621355968000000000');
    expect(instantOf(Date.parse('2008-06-04T20:15:40.953Z')).long).toBe('633482073409530000');
  });

  it('is none that the calendar does not know', () => {
    expect(isInstant('2026-11-23T14:00:00.000Z')).toBe(true);
    for (const time of [
      '2026-02-30T00:00:00.000Z',
      '2026-13-01T00:00:00.000Z',
      '2026-11-23T24:00:00.000Z',
      '2026-11-23',
      '',
    ])
      expect(isInstant(time)).toBe(false);
  });
});
