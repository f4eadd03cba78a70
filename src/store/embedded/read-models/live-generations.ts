import type { Database } from './database.js';
import { tableSql, type Generation } from './generations.js';

/** For readers: each asks anew which generation is live. */
export class LiveGenerations {
  readonly #known = new Map<number, Generation>();

  find(db: Database, readModel: string): (Generation & { readonly checkpoint: number }) | undefined {
    const found = db.get('SELECT id, checkpoint, tables FROM generations WHERE read_model = ? AND live = 1', readModel);
    if (!found) return undefined;
    const [id, checkpoint, tables] = [Number(found[0]), Number(found[1]), String(found[2])];
    let generation = this.#known.get(id);
    if (!generation) {
      generation = { id, tables: tableSql(id, tables) };
      this.#known.set(id, generation);
    }
    return { ...generation, checkpoint };
  }
}
