import type { ToEnvelope } from '../../../projections/envelope.js';
import type { ArchivedEvent } from '../archived-event.js';
import { OutputFile, type WrittenFile } from '../bag/output-file.js';
import type { WindowWriter } from '../window/window-writer.js';

export const EVENTS_JSONL = 'data/events.jsonl';

/** The lossless form: every event as `GET /v1/log` gives it, one a line, those that no schema knows too. */
export class JsonlWriter implements WindowWriter {
  readonly escaped = 0;
  readonly #file: OutputFile;
  readonly #toEnvelope: ToEnvelope;

  private constructor(file: OutputFile, toEnvelope: ToEnvelope) {
    this.#file = file;
    this.#toEnvelope = toEnvelope;
  }

  static async create(folder: string, toEnvelope: ToEnvelope): Promise<JsonlWriter> {
    return new JsonlWriter(await OutputFile.create(folder, EVENTS_JSONL), toEnvelope);
  }

  open(): void {
    // lines stand for themselves
  }

  add({ recorded }: ArchivedEvent): void {
    this.#file.write(`${JSON.stringify(this.#toEnvelope(recorded))}\n`);
  }

  drain(): Promise<void> {
    return this.#file.drain();
  }

  finish(): Promise<WrittenFile> {
    return this.#file.finish();
  }

  close(): Promise<void> {
    return this.#file.abandon();
  }
}
