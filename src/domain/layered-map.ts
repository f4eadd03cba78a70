/**
 * Immutable maps in which one change is cheap. Copying a map for every name of a category with 10,000 of them would cost
 * 50 million steps to load it; here changes lie over a base and are merged when there are more than the square root of it,
 * so that a change costs about the square root. Small maps are plain copies.
 */
const SMALL = 64;

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return changed(map, key, { value });
}

export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  return map.has(key) ? changed(map, key, undefined) : map;
}

/** `undefined`: the key is gone. */
type Changes<K, V> = ReadonlyMap<K, { readonly value: V } | undefined>;

interface Layers<K, V> {
  readonly base: ReadonlyMap<K, V>;
  readonly changes: Changes<K, V>;
}

function changed<K, V>(map: ReadonlyMap<K, V>, key: K, to: { readonly value: V } | undefined): ReadonlyMap<K, V> {
  const { base, changes }: Layers<K, V> = isLayered(map) ? map : { base: map, changes: new Map() };
  const next = new Map(changes).set(key, to);
  if (base.size <= SMALL || next.size ** 2 > base.size) return merged(base, next);
  return new LayeredMap(base, next, map.size + (to ? 1 : 0) - (map.has(key) ? 1 : 0));
}

function merged<K, V>(base: ReadonlyMap<K, V>, changes: Changes<K, V>): ReadonlyMap<K, V> {
  const map = new Map(base);
  for (const [key, change] of changes) {
    if (change) map.set(key, change.value);
    else map.delete(key);
  }
  return map;
}

function isLayered<K, V>(map: ReadonlyMap<K, V>): map is LayeredMap<K, V> {
  return map instanceof LayeredMap;
}

class LayeredMap<K, V> implements ReadonlyMap<K, V>, Layers<K, V> {
  readonly base: ReadonlyMap<K, V>;
  readonly changes: Changes<K, V>;
  readonly size: number;

  constructor(base: ReadonlyMap<K, V>, changes: Changes<K, V>, size: number) {
    this.base = base;
    this.changes = changes;
    this.size = size;
  }

  get(key: K): V | undefined {
    return this.changes.has(key) ? this.changes.get(key)?.value : this.base.get(key);
  }

  has(key: K): boolean {
    return this.changes.has(key) ? this.changes.get(key) !== undefined : this.base.has(key);
  }

  *entries(): Generator<[K, V], undefined> {
    for (const [key, value] of this.base) if (!this.changes.has(key)) yield [key, value];
    for (const [key, change] of this.changes) if (change) yield [key, change.value];
  }

  *keys(): Generator<K, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries();
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }
}
