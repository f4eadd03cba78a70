import type { Findings } from '../report.js';
import type { WindowJson } from '../window/window-json.js';
import type { WindowCheck } from './check-window.js';
import type { WindowPlace } from './layout.js';

/** Follows the windows of one adapter in their order: no hole, each begins where the one before ended, and names it. */
export class Chain {
  readonly #findings: Findings;
  readonly #isCollected: (number: number) => boolean;
  #before: { readonly place: WindowPlace; readonly check: WindowCheck } | undefined;
  /** Last revisions of streams; what is not in it is unknown unless the chain is whole from the first window on. */
  readonly #revisions = new Map<string, number>();
  #isWhole = true;

  constructor(findings: Findings, isCollected: (number: number) => boolean) {
    this.#findings = findings;
    this.#isCollected = isCollected;
  }

  /** `path`: of the window, relative to what is verified. */
  add(path: string, place: WindowPlace, check: WindowCheck): void {
    const before = this.#before;
    const isNext = before ? place.number === before.place.number + 1 : place.number === 1;
    if (before && place.number === before.place.number)
      this.#findings.problem(path, 'broken-chain', `there is another window ${place.number}`);
    if (!isNext) this.#hole(path, (before?.place.number ?? 0) + 1, place.number, before !== undefined);
    if (isNext && before && check.window) this.#link(path, before.check, check.window);
    if (check.window) this.#followStreams(path, check.window);
    else this.#isWhole = false;
    this.#before = { place, check };
  }

  /** A collector takes the oldest windows away; one that is missing between two others must have been collected. */
  #hole(path: string, from: number, to: number, isBetween: boolean): void {
    this.#isWhole = false;
    this.#revisions.clear();
    if (!isBetween) return;
    for (let number = from; number < to; number += 1)
      if (!this.#isCollected(number)) this.#findings.problem(path, 'missing-window', `window ${number} is not there`);
  }

  #link(path: string, before: WindowCheck, window: WindowJson): void {
    const broken = (message: string) => this.#findings.problem(path, 'broken-chain', message);
    if (window.previousManifestSha256 !== before.manifestSha256)
      broken(
        `it names the manifest ${window.previousManifestSha256 ?? 'of none'}, the window before has ${before.manifestSha256 ?? 'none'}`,
      );
    if (!before.window) return;
    const { to, toTime } = before.window;
    if (window.from !== to) broken(`it begins at ${window.from}, the window before ends at ${to}`);
    if (window.fromTime !== toTime) broken(`it begins at ${window.fromTime}, the window before ends at ${toTime}`);
  }

  #followStreams(path: string, { streams }: WindowJson): void {
    for (const { stream, first, last } of streams) {
      const before = this.#revisions.get(stream) ?? (this.#isWhole ? -1 : first - 1);
      if (first !== before + 1)
        this.#findings.problem(path, 'stream-gap', `${stream}: revision ${first} follows ${before}`);
      this.#revisions.set(stream, last);
    }
  }
}
