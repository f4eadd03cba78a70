import { onTestFinished } from 'vitest';
import { startArchive, type Archive, type ArchiveSettings } from '../../../../src/workers/compliance/archive.js';
import type { Record } from './record.js';

export const NEVER_MS = 30 * 24 * 60 * 60 * 1000;

/** What was logged. */
export class Notes {
  readonly lines: string[] = [];
  readonly debug = (_: object, message: string) => this.#note('debug', message);
  readonly info = (_: object, message: string) => this.#note('info', message);
  readonly warn = (_: object, message: string) => this.#note('warn', message);
  readonly error = (_: object, message: string) => this.#note('error', message);

  #note(level: string, message: string): void {
    this.lines.push(`${level}: ${message}`);
  }

  of(level: string): readonly string[] {
    return this.lines.filter((line) => line.startsWith(`${level}: `));
  }
}

export const cutting = {
  actor: { id: 'officer', name: 'Officer', email: 'officer@example.org', internal: true },
  node: 'n1',
  correlationId: 'cut',
};

/** A worker that stops when the test is over. It seals nothing by itself unless it is told to. */
export function work(record: Record, root: string, parts: Partial<ArchiveSettings> = {}): Archive {
  const archive = startArchive({
    ...record.rendering,
    store: record.store,
    clock: record.clock,
    ids: record.ids,
    adapters: ['xml', 'jsonl'],
    profile: 'full',
    folder: `${root}/archive`,
    stateFolder: `${root}/state`,
    intervalMs: NEVER_MS,
    node: 'n1',
    software: '1.0.0',
    logger: new Notes(),
    retryMs: { first: 5, longest: 20 },
    ...parts,
  });
  onTestFinished(() => archive.stop());
  return archive;
}

/** Cuts and waits until the window is published. */
export async function cut(archive: Archive, adapter: string): Promise<number> {
  const sealed = await archive.cut(adapter, cutting);
  if (!sealed) throw new Error(`no adapter ${adapter}`);
  await archive.published(adapter, sealed.window.number);
  return sealed.window.number;
}
