import type { App } from '../api/routes/route.js';

/** A room of the demo data. */
export interface DemoRoom {
  readonly id: string;
  readonly name: string;
}

export function seedDemo(_app: App): Promise<readonly DemoRoom[]> {
  return Promise.resolve([]);
}
