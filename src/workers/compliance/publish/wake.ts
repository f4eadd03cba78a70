/** Setting a timer for longer than this fires it at once. */
const LONGEST_MS = 60 * 60 * 1000;

/** A rest that can be ended: by its time, by a call, by a signal. */
export class Wake {
  #wake: (() => void) | undefined;
  #isDue = false;

  /** Also ends a rest that begins later. */
  now(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  async rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#isDue && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(end, Math.min(milliseconds, LONGEST_MS));
        function end() {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        }
        this.#wake = end;
        signal.addEventListener('abort', end);
      });
    }
    this.#wake = undefined;
    this.#isDue = false;
  }
}
