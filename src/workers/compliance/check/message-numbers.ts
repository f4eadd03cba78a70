/** The numbers of a room's messages in a window, which ascend: kept as runs, as most follow one another. */
export class MessageNumbers {
  readonly #first: number;
  /** Beginning and end of each run, both inclusive, one after the other. */
  readonly #runs: number[] = [];

  /** `first`: of the transcript in this window; smaller numbers belong to earlier windows. */
  constructor(first: number) {
    this.#first = first;
  }

  /** False when it is there already, or a later one is. */
  add(number: number): boolean {
    const last = this.#runs.at(-1);
    if (last !== undefined && number <= last) return false;
    if (last !== undefined && number === last + 1) this.#runs[this.#runs.length - 1] = number;
    else this.#runs.push(number, number);
    return true;
  }

  mayHold(number: number): boolean {
    return number < this.#first || this.#holds(number);
  }

  #holds(number: number): boolean {
    let [low, high] = [0, this.#runs.length / 2];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle * 2 + 1] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    const start = this.#runs[low * 2];
    return start !== undefined && start <= number;
  }
}
