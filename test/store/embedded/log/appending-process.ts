import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const HARNESS = fileURLToPath(new URL('../../../harness/append-to-log.ts', import.meta.url));

export interface Acknowledged {
  readonly stream: string;
  readonly ids: readonly string[];
  readonly positions: readonly number[];
}

/** Another process that appends to the log in a folder, and says what was acknowledged. */
export class AppendingProcess {
  readonly acknowledged: Acknowledged[] = [];
  readonly pid: number;
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(folder: string) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', HARNESS, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.pid = this.#child.pid ?? 0;
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** It holds the log when this resolves, and ends with the test at the latest. */
  static async start(folder: string): Promise<AppendingProcess> {
    const started = new AppendingProcess(folder);
    onTestFinished(() => started.kill());
    const first = await started.#lines.next();
    if (first.value !== 'ready') throw new Error('the process did not open the log');
    return started;
  }

  async untilAcknowledged(appends: number): Promise<void> {
    while (this.acknowledged.length < appends && (await this.#readLine()));
  }

  /** kill -9 in the middle of its work; what it had said before counts. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    while (await this.#readLine());
    await exited;
  }

  async #readLine(): Promise<boolean> {
    const line = await this.#lines.next();
    if (line.done === true) return false;
    if (line.value.endsWith('}')) this.acknowledged.push(JSON.parse(line.value) as Acknowledged);
    return true;
  }
}
