import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliFailure } from '../exit.js';
import { manifestIn, syncFolder, writeManifest, type Manifest } from './manifest.js';
import type { Format, Part, Table } from './part.js';

interface OpenPart<Item> {
  readonly part: Part<Item>;
  readonly temporary: string;
  readonly path: string;
  rows: number;
}

/**
 * The files of one export. They are written under hidden names in rounds; a commit puts the files of a round in view and
 * then says so in the manifest. What a crash leaves between the two is in no manifest and is removed by the next run, so
 * nothing is lost or doubled.
 */
export class Parts<Item> {
  readonly #folder: string;
  readonly #format: Format;
  readonly #table: Table<Item>;
  readonly #open = new Map<string, OpenPart<Item>>();
  #manifest: Manifest;
  #rows = 0;
  #files = 0;

  constructor(folder: string, format: Format, table: Table<Item>, manifest: Manifest) {
    this.#folder = folder;
    this.#format = format;
    this.#table = table;
    this.#manifest = manifest;
  }

  /** Of all runs. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  /** Rows of this run that are committed. */
  get rows(): number {
    return this.#rows;
  }

  /** Files that this run committed. */
  get files(): number {
    return this.#files;
  }

  /** Of this round. */
  get openFiles(): number {
    return this.#open.size;
  }

  get openRows(): number {
    let rows = 0;
    for (const part of this.#open.values()) rows += part.rows;
    return rows;
  }

  isOpen(partition: string): boolean {
    return this.#open.has(partition);
  }

  /** Removes what a run left that did not end; call it first. */
  async tidy(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const known = new Set(this.#manifest.parts.map(({ path }) => path));
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      const names = entry.isDirectory() ? await readdir(join(this.#folder, entry.name)) : [entry.name];
      for (const name of names) {
        const path = entry.isDirectory() ? `${entry.name}/${name}` : name;
        if (/^\.?part-\d{6}\.\w+(\.tmp)?$/.test(name) && !known.has(path)) await rm(join(this.#folder, path));
      }
    }
  }

  /** `partition`: a folder below that of the export, "" for none. */
  async add(partition: string, items: readonly Item[]): Promise<void> {
    const open = this.#open.get(partition) ?? (await this.#begin(partition));
    await open.part.add(items);
    open.rows += items.length;
  }

  /** Everything added so far is in view; `position` is the sequence that the export has come to. */
  async commit(position: string): Promise<void> {
    const before = await manifestIn(this.#folder);
    if ((before?.position ?? '') !== this.#manifest.position) {
      throw new CliFailure(`Another export writes to ${this.#folder} too; this one has stopped.`);
    }
    const done = [...this.#open.values()];
    if (done.length === 0 && before && position === this.#manifest.position) return;
    for (const { part } of done) await part.finish();
    for (const { temporary, path } of done) await rename(temporary, join(this.#folder, path));
    for (const folder of new Set(done.map(({ path }) => dirname(join(this.#folder, path))))) await syncFolder(folder);
    const rows = this.openRows;
    this.#manifest = {
      ...this.#manifest,
      position,
      rows: this.#manifest.rows + rows,
      parts: [...this.#manifest.parts, ...done.map(({ path, rows: some }) => ({ path, rows: some }))],
    };
    await writeManifest(this.#folder, this.#manifest);
    this.#rows += rows;
    this.#files += done.length;
    this.#open.clear();
  }

  /** Lets go of what is not committed. */
  async abandon(): Promise<void> {
    for (const { part, temporary } of this.#open.values()) {
      await part.abandon().catch(() => undefined);
      await rm(temporary, { force: true });
    }
    this.#open.clear();
  }

  async #begin(partition: string): Promise<OpenPart<Item>> {
    const folder = join(this.#folder, partition);
    await mkdir(folder, { recursive: true });
    const number = this.#manifest.parts.filter(({ path }) => dirname(path) === (partition || '.')).length + 1;
    const name = `part-${String(number).padStart(6, '0')}${this.#format.extension}`;
    const temporary = join(folder, `.${name}.tmp`);
    const part = await this.#format.open(temporary, this.#table);
    const open = { part, temporary, path: partition === '' ? name : `${partition}/${name}`, rows: 0 };
    this.#open.set(partition, open);
    return open;
  }
}
