import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until `look` gives something truthy; fails with `what` when it never does. */
export async function until<Found>(
  look: () => Found | Promise<Found>,
  what: string | (() => string),
  { withinMs = 30_000, everyMs = 10 } = {},
): Promise<Exclude<Awaited<Found>, undefined | null | false | 0 | ''>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found as Exclude<Awaited<Found>, undefined | null | false | 0 | ''>;
    if (performance.now() > end) {
      throw new Error(`waited ${withinMs / 1_000} s in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await delay(everyMs);
  }
}
