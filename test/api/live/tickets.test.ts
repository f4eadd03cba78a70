import { describe, expect, it } from 'vitest';
import { Tickets } from '../../../src/api/live/tickets.js';
import { caller } from '../../support/live-node.js';

describe('a stream ticket', () => {
  it('is redeemed once, for whom it was issued', () => {
    const tickets = new Tickets();
    const [ada, bob] = [tickets.issue(caller('ada')), tickets.issue(caller('bob', 'sales'))];
    expect(tickets.redeem(bob)).toEqual(caller('bob', 'sales'));
    expect(tickets.redeem(ada)).toEqual(caller('ada'));
    expect(tickets.redeem(ada)).toBeUndefined();
    expect(tickets.redeem('made up')).toBeUndefined();
  });

  it('holds for 30 seconds', () => {
    let now = 0;
    const tickets = new Tickets(() => now);
    const [early, late] = [tickets.issue(caller('ada')), tickets.issue(caller('ada'))];
    now = 29_999;
    expect(tickets.redeem(early)).toBeDefined();
    now = 30_000;
    expect(tickets.redeem(late)).toBeUndefined();
  });

  it('is 128 bits that nobody can guess from others', () => {
    const tickets = new Tickets();
    const issued = Array.from({ length: 1_000 }, () => tickets.issue(caller('ada')));
    expect(new Set(issued).size).toBe(1_000);
    for (const ticket of issued) expect(Buffer.from(ticket, 'base64url')).toHaveLength(16);
  });
});
