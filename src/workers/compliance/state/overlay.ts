/** A map whose changes can be taken back: they lie beside the base until they are kept. */
export class Overlay<K, V> {
  readonly base: Map<K, V>;
  readonly #changes = new Map<K, V>();

  constructor(entries: Iterable<readonly [K, V]> = []) {
    this.base = new Map(entries);
  }

  get(key: K): V | undefined {
    return this.#changes.get(key) ?? this.base.get(key);
  }

  set(key: K, value: V): void {
    this.#changes.set(key, value);
  }

  keep(): void {
    for (const [key, value] of this.#changes) this.base.set(key, value);
    this.#changes.clear();
  }

  takeBack(): void {
    this.#changes.clear();
  }
}
