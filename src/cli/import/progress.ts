import type { Output } from '../output.js';

const WIDTH = 30;
const EVERY_MS = 100;

export interface Progress {
  update(done: number, planned: number): void;
  /** Takes the bar away. */
  end(): void;
}

/** A bar that is drawn over itself, on a terminal; nothing elsewhere. */
export function progressBar({ err, terminal }: Output, now: () => number): Progress {
  const began = now();
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    update(done, planned) {
      const time = now();
      if (!terminal || time - drawn < EVERY_MS) return;
      drawn = time;
      const filled = Math.round((WIDTH * done) / Math.max(1, planned));
      const rate = Math.round((done * 1_000) / Math.max(1, time - began));
      err(`\r\x1b[K[${'#'.repeat(filled).padEnd(WIDTH, '.')}] ${done} of ${planned}, ${rate}/s`);
    },
    end() {
      if (terminal) err('\r\x1b[K');
    },
  };
}
