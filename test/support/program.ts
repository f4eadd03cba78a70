import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** Settings as `HANSARD_…`, over those that keep it apart from everything else on the machine. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its folders are made; default: the folder for temporary files. */
  readonly under?: string;
}

export interface StartOptions {
  /** Arguments of Node itself, before the program. */
  readonly nodeArgs?: readonly string[];
  readonly withinMs?: number;
}

/** A port of the loopback that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The built program as a process of its own, with folders and a port of its own; the port stays the same over restarts. */
export class Program {
  /** Holds everything of it; gone after `dispose`. */
  readonly folder: string;
  readonly port: number;
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<Exit> | undefined;
  #exit: Exit | undefined;
  #output = '';

  private constructor(folder: string, port: number, options: ProgramOptions) {
    this.folder = folder;
    this.port = port;
    this.#options = options;
  }

  static async create(options: ProgramOptions = {}): Promise<Program> {
    const folder = await mkdtemp(join(options.under ?? tmpdir(), 'hansard-'));
    const program = new Program(folder, await freePort(), options);
    await mkdir(program.data);
    return program;
  }

  /** Created and ready. */
  static async started(options: ProgramOptions = {}): Promise<Program> {
    const program = await Program.create(options);
    await program.start();
    return program;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it said last, on stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Resolves when `/readyz` answers 200. */
  async start({ nodeArgs = [], withinMs = 60_000 }: StartOptions = {}): Promise<void> {
    this.launch({}, nodeArgs);
    await until(
      () => this.#isReady(),
      () => `GET /readyz to answer 200; the program said: ${this.#output}`,
      { withinMs },
    );
  }

  /** Starts the process and waits for nothing. */
  launch(env: Readonly<Record<string, string>> = {}, nodeArgs: readonly string[] = []): void {
    this.#output = '';
    this.#exit = undefined;
    const child = spawn(process.execPath, [...nodeArgs, 'bin/hansard.js', 'dev'], {
      cwd: REPOSITORY,
      env: { ...foreign(process.env), ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding('utf8').on('data', (text: string) => (this.#output = (this.#output + text).slice(-4_000)));
    }
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve((this.#exit = { code, signal })));
    });
  }

  /** Until it has ended by itself. */
  async ended(withinMs = 60_000): Promise<Exit> {
    return until(
      () => this.#exit,
      () => `the program to end; it said: ${this.#output}`,
      { withinMs },
    );
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child?.kill(signal);
  }

  /** As a power switch does it. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM, and how it ended: it has 10 s. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.ended(10_000);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Nothing of it stays, neither process nor file. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #env(): Record<string, string> {
    return {
      HANSARD_PORT: String(this.port),
      HANSARD_HOST: '127.0.0.1',
      HANSARD_DATA: this.data,
      HANSARD_ARCHIVE: join(this.folder, 'archive'),
      HANSARD_DEMO: 'off',
      HANSARD_LOG_LEVEL: 'warn',
      ...this.#options.env,
    };
  }

  async #isReady(): Promise<boolean> {
    if (this.#exit) {
      throw new Error(`the program ended (${JSON.stringify(this.#exit)}) before it was ready: ${this.#output}`);
    }
    const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
    await answer?.text();
    return answer?.status === 200;
  }
}

/** Settings of whoever runs the tests are not those of the tests. */
function foreign(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HANSARD_')));
}
