import { z } from 'zod';
import { foldName } from '../../domain/names.js';
import type { Api, ApiAnswer, ApiRequest } from './api.js';
import type { ImportCommand } from './commands.js';
import type { PlannedRoom } from './irc/planner.js';
import type { ImportReport } from './report.js';
import { ImportRefused, problemIn, roomFor } from './rooms.js';

export interface SenderOptions {
  readonly categoryId: string;
  /** The server's time when the import began: what was posted before was there already. */
  readonly began: string;
  /** Called off: what is under way is finished, nothing more is sent. */
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, planned: number) => void;
}

/** One room: its commands go one after the other, so that it gets the order of the log. */
interface Lane {
  readonly name: string;
  queue: ImportCommand[];
  id: string | undefined;
}

/** Commands that may wait. Reading goes on meanwhile, so that rooms which come later in the files start early. */
const MAX_WAITING = 50_000;
const MAX_TOPIC = 1_000;
const posted = z.object({ time: z.string() });

/** Carries out the commands of all rooms, each room by itself. */
export class Sender {
  readonly #api: Api;
  readonly #report: ImportReport;
  readonly #options: SenderOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #working = new Set<Promise<void>>();
  #planned = 0;
  #finished = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(api: Api, report: ImportReport, options: SenderOptions) {
    this.#api = api;
    this.#report = report;
    this.#options = options;
  }

  /** Queues commands; waits while too many are waiting. Throws what made another command impossible. */
  async send({ name, commands }: PlannedRoom): Promise<void> {
    const lane = this.#lane(name);
    const idle = lane.queue.length === 0;
    lane.queue.push(...commands);
    this.#planned += commands.length;
    if (idle) this.#start(lane);
    while (this.#planned - this.#finished > MAX_WAITING && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#throwFailure();
  }

  /** Resolves when everything was carried out, or nothing more will be. */
  async finish(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#throwFailure();
  }

  get #ended(): boolean {
    return this.#failure !== undefined || this.#options.signal.aborted;
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #lane(name: string): Lane {
    const key = foldName(name);
    const lane = this.#lanes.get(key) ?? { name, queue: [], id: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  #start(lane: Lane): void {
    const work = this.#work(lane)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#working.delete(work);
        this.#wake();
      });
    this.#working.add(work);
  }

  /** A command stays in the queue until it is done, so that one loop at a time runs for a room. */
  async #work(lane: Lane): Promise<void> {
    const { categoryId, onProgress } = this.#options;
    lane.id ??= await roomFor(this.#api, categoryId, lane.name);
    const room = { commands: 0, ...this.#report.rooms.get(lane.name), id: lane.id };
    this.#report.rooms.set(lane.name, room);
    while (lane.queue.length > 0) {
      const taken = lane.queue;
      for (const command of taken) {
        if (this.#ended) return;
        await this.#carryOut(lane.id, command);
        room.commands += 1;
        this.#finished += 1;
        onProgress?.(this.#finished, this.#planned);
      }
      // `push` may have added to it meanwhile, and the loop has seen those too
      lane.queue = [];
      this.#wake();
    }
  }

  async #carryOut(roomId: string, command: ImportCommand): Promise<void> {
    const answer = await this.#api.request(requestOf(roomId, command));
    if (answer.status === 401) throw new ImportRefused(`The server does not accept the token of ${command.user.id}.`);
    if (!this.#settled(answer, command)) return;
    if (command.kind !== 'post') return;
    const message = posted.safeParse(answer.json);
    if (message.success && message.data.time < this.#options.began) this.#report.alreadyThere += 1;
    else if (command.topic !== undefined) await this.#setTopic(roomId, command, command.topic);
  }

  /** Users may not set topics, so it is done for them; only where the line is new, so that a topic set later stays. */
  async #setTopic(roomId: string, command: ImportCommand, topic: string): Promise<void> {
    const body = { topic: topic.trim().slice(0, MAX_TOPIC).toWellFormed() };
    const answer = await this.#api.request({ method: 'PATCH', path: `/v1/rooms/${roomId}`, as: 'admin', body });
    if (answer.status >= 300) this.#refuse(answer, command);
  }

  /** True when the server did it now or earlier. */
  #settled(answer: ApiAnswer, command: ImportCommand): boolean {
    if (answer.status < 300) {
      this.#report.done += 1;
      return true;
    }
    // The key says that it is this line; the body can differ by the time alone.
    if (problemIn(answer).code === 'idempotency-mismatch') this.#report.differing += 1;
    else this.#refuse(answer, command);
    return false;
  }

  #refuse(answer: ApiAnswer, { place }: ImportCommand): void {
    this.#report.refused.push({ ...place, status: answer.status, ...problemIn(answer) });
  }
}

function requestOf(roomId: string, command: ImportCommand): ApiRequest {
  const { user: as, claimedTime } = command;
  const key = `${command.key}.${roomId}`; // the same line in another room is another post
  const claimed = claimedTime === undefined ? {} : { claimedTime };
  const room = `/v1/rooms/${roomId}`;
  switch (command.kind) {
    case 'post':
      return { method: 'POST', path: `${room}/messages`, as, key, body: { text: command.text, ...claimed } };
    case 'join':
      return { method: 'POST', path: `${room}/join`, as, key, body: { history: 0, ...claimed } };
    case 'part':
      return { method: 'POST', path: `${room}/part`, as, key, body: claimed };
  }
}
