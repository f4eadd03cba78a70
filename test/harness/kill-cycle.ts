import { deepStrictEqual } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../support/program.js';
import { until } from '../support/until.js';
import { must, type Answer, type Client } from './client.js';
import { checkWhole, historyTold, presentTold } from './told-by-log.js';
import { typeOf, World, type Envelope } from './world.js';

interface Post {
  readonly user: Client;
  readonly roomId: string;
  readonly text: string;
  /** The first one that came. */
  answer?: Answer;
}

/** An edit or redaction that was acknowledged. */
interface Change {
  readonly roomId: string;
  readonly type: 'MessageEdited' | 'MessageRedacted';
  readonly seq: number;
  readonly text: string | undefined;
}

export interface CycleReport {
  readonly acknowledged: number;
  /** Posts that were under way when the process was killed, and how many of them had been written nevertheless. */
  readonly open: number;
  readonly written: number;
  readonly changes: number;
}

const USERS = 12;
const ROOMS = 3;
/** Answers until the kill, at least and at most. */
const ANSWERS = { least: 40, most: 400 };

/** Kills the program under load, starts it again, and throws where a promise was broken. */
export class KillCycles {
  readonly #world: World;
  readonly #program: Program;
  readonly #keeper: Client;
  readonly #users: readonly Client[];
  readonly #rooms: readonly string[];
  readonly #posts: Post[] = [];
  readonly #changes: Change[] = [];
  #cycle = 0;
  #answers = 0;

  private constructor(world: World, rooms: readonly string[], keeper: Client, users: readonly Client[]) {
    this.#world = world;
    this.#program = world.program;
    this.#rooms = rooms;
    this.#keeper = keeper;
    this.#users = users;
  }

  /** For a running program. */
  static async prepare(program: Program): Promise<KillCycles> {
    const world = new World(program);
    const keeper = world.user('keeper');
    return new KillCycles(world, await world.rooms(ROOMS, keeper), keeper, world.users('user', USERS));
  }

  async run(): Promise<CycleReport> {
    this.#cycle += 1;
    const [posts, changes] = [this.#posts.length, this.#changes.length];
    await this.#loadUntilKilled();
    await this.#program.start();
    await this.#verify();
    const all = this.#posts.slice(posts);
    const open = all.filter(({ answer }) => !answer);
    const log = await this.#world.log('&types=MessagePosted');
    const written = open.filter(({ text }) => log.some(({ data }) => data['text'] === text)).length;
    await this.#retry(open);
    await this.#verify();
    return {
      acknowledged: all.length - open.length,
      open: open.length,
      written,
      changes: this.#changes.length - changes,
    };
  }

  async #loadUntilKilled(): Promise<void> {
    const until_ = this.#answers + between(ANSWERS.least, ANSWERS.most);
    const end = new AbortController();
    const working = [
      ...this.#users.map((user, index) => this.#work(user, index, end.signal)),
      this.#redactSometimes(end.signal),
    ];
    await until(() => this.#answers >= until_, 'answers to come', { everyMs: 1 });
    await delay(Math.random() * 20); // the moment of the kill is random
    await this.#program.kill();
    end.abort();
    await Promise.all(working);
    for (const user of [...this.#users, this.#keeper]) user.close();
  }

  /** Until the connection breaks. */
  async #work(user: Client, index: number, over: AbortSignal): Promise<void> {
    for (let n = 0; !over.aborted; n += 1) {
      const roomId = anyOf(this.#rooms);
      const chance = Math.random();
      try {
        if (chance < 0.85) await this.#post(user, roomId, `cycle ${this.#cycle} user ${index} post ${n}`);
        else if (chance < 0.93) await this.#edit(user, `cycle ${this.#cycle} user ${index} edit ${n}`);
        else await this.#leaveAndJoin(user, roomId, `${this.#cycle}-${index}-${n}`);
        this.#answers += 1;
      } catch (error) {
        if (isBroken(error)) return;
        throw error;
      }
    }
  }

  async #post(user: Client, roomId: string, text: string): Promise<void> {
    const post: Post = { user, roomId, text };
    this.#posts.push(post);
    post.answer = must(await send(post), 201);
  }

  async #edit(user: Client, text: string): Promise<void> {
    const own = this.#posts.filter((post) => post.user === user && post.answer);
    if (own.length === 0) return;
    const { roomId, seq } = placeOf(anyOf(own));
    const answer = must(await user.send('PATCH', `/v1/rooms/${roomId}/messages/${seq}`, { text }), 200, 409);
    if (answer.status === 200) this.#changes.push({ roomId, type: 'MessageEdited', seq, text });
  }

  async #leaveAndJoin(user: Client, roomId: string, key: string): Promise<void> {
    must(await user.post(`/v1/rooms/${roomId}/part`, {}, { key: `part-${key}` }), 204);
    must(await user.post(`/v1/rooms/${roomId}/join`, { history: 5 }, { key: `join-${key}` }), 200);
  }

  async #redactSometimes(over: AbortSignal): Promise<void> {
    let seen = this.#answers;
    while (!over.aborted) {
      await until(() => over.aborted || this.#answers > seen + 25, 'more answers', { everyMs: 1 });
      seen = this.#answers;
      const posts = this.#posts.filter(({ answer }) => answer);
      if (posts.length === 0) continue;
      const { roomId, seq } = placeOf(anyOf(posts));
      try {
        const answer = await this.#keeper.send('DELETE', `/v1/rooms/${roomId}/messages/${seq}`, { reason: 'said so' });
        if (must(answer, 200, 409).status === 200)
          this.#changes.push({ roomId, type: 'MessageRedacted', seq, text: undefined });
      } catch (error) {
        if (isBroken(error)) return;
        throw error;
      }
    }
  }

  /** As clients do who had no answer, some of them from two places at once; and a few who had one. */
  async #retry(open: readonly Post[]): Promise<void> {
    for (const post of open) {
      const [one, other] = await Promise.all([send(post), send(post)]);
      same(must(one, 201), must(other, 201), post);
      post.answer = one;
    }
    const answered = this.#posts.filter(({ answer }) => answer);
    for (let n = 0; n < 20; n += 1) {
      const post = anyOf(answered);
      if (post.answer) same(must(await send(post), 201), post.answer, post);
    }
  }

  async #verify(): Promise<void> {
    const log = await this.#world.log();
    checkWhole(log);
    this.#checkPosts(log);
    for (const change of this.#changes) {
      if (!log.some((event) => isOf(event, change))) throw new Error(`lost: ${JSON.stringify(change)}`);
    }
    for (const roomId of this.#rooms) {
      deepStrictEqual(
        await this.#world.history(this.#keeper, roomId, log.at(-1)?.sequence),
        historyTold(log, roomId),
        'the history is what the log says',
      );
    }
    await this.#checkPresence();
  }

  #checkPosts(log: readonly Envelope[]): void {
    const posted = new Map<string, Envelope>();
    for (const event of log.filter((one) => typeOf(one) === 'MessagePosted')) {
      const text = String(event.data['text']);
      if (posted.has(text)) throw new Error(`doubled: "${text}" is in the log twice`);
      posted.set(text, event);
    }
    for (const post of this.#posts) {
      if (!post.answer) continue;
      const event = posted.get(post.text);
      const { id, roomId, seq } = placeOf(post);
      if (event?.id !== id || event.stream !== `transcript-${roomId}` || event.revision !== seq) {
        throw new Error(`lost: "${post.text}" was acknowledged as ${post.answer.text}; log: ${JSON.stringify(event)}`);
      }
    }
  }

  /** Leases end meanwhile, so both are looked at until they agree. */
  async #checkPresence(): Promise<void> {
    for (const roomId of this.#rooms) {
      let told: string[] = [];
      let shown: string[] = [];
      const agree = async () => {
        const { text } = must(await this.#keeper.get(`/v1/rooms/${roomId}/participants?limit=500`), 200);
        shown = (JSON.parse(text) as { items: { id: string }[] }).items.map(({ id }) => id).sort();
        told = presentTold(await this.#world.log(`&streams=attendance-${roomId}`), roomId);
        return shown.join() === told.join();
      };
      await until(agree, () => `participants ${shown.join()} to be those of the log, ${told.join()}`);
    }
  }
}

function send({ user, roomId, text }: Post): Promise<Answer> {
  return user.post(`/v1/rooms/${roomId}/messages`, { text }, { key: text.replaceAll(' ', '-') });
}

function placeOf({ answer }: Post): { readonly id: string; readonly roomId: string; readonly seq: number } {
  return JSON.parse(answer?.text ?? '') as ReturnType<typeof placeOf>;
}

function same(again: Answer, first: Answer, { text }: Post): void {
  const of = ({ text: answered, headers: { etag, location } }: Answer) => ({ answered, etag, location });
  deepStrictEqual(of(again), of(first), `the answer to the repeated "${text}"`);
}

function isOf(event: Envelope, { roomId, type, seq, text }: Change): boolean {
  const { stream, data } = event;
  return (
    stream === `transcript-${roomId}` &&
    typeOf(event) === type &&
    data['seq'] === seq &&
    (!text || data['text'] === text)
  );
}

/** A request that was under way when the process was killed. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && ('code' in error || /cut off|hang up|aborted/.test(error.message));
}

function anyOf<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1));
}
