/**
 * Fan-out to all readers of one room: events delivered per second of the server's CPU time, against a bare Node server that
 * writes one pre-framed chunk per event to each socket. `npx tsx bench/fan-out.ts [readers ...]`, by default 1000 and 5000.
 * Fails when, with one event at a time (so that nothing can be gathered), the median of five is below 0.9 of the bare one's.
 */
import { median, ReadersProcess, ServerProcess } from './support/children.js';

const ROUNDS = 5;
const LIMIT = 0.9;
/** Deliveries in one round. */
const ONE_BY_ONE = 100_000;
const UNDER_LOAD = 2_000_000;
const IN_FLIGHT = 64;

interface Figures {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly eventsPerWrite: number;
}

/** A server whose readers are all there. */
class Contestant {
  readonly #server: ServerProcess;
  readonly #readers: ReadersProcess;
  readonly #count: number;
  #expected: number;

  constructor(server: ServerProcess, readers: ReadersProcess, count: number) {
    this.#server = server;
    this.#readers = readers;
    this.#count = count;
    this.#expected = count; // hello
  }

  /** Posts so many events at a time, and again when all readers have all of them. */
  async run(posts: number, atOnce: number): Promise<Figures> {
    const [before, started] = [await this.#server.usage(false), performance.now()];
    for (let posted = 0; posted < posts; posted += atOnce) {
      this.#server.post(atOnce);
      this.#expected += atOnce * this.#count;
      await this.#readers.reach(this.#server.port, this.#expected);
    }
    const seconds = (performance.now() - started) / 1_000;
    const after = await this.#server.usage(false);
    const deliveries = Math.ceil(posts / atOnce) * atOnce * this.#count;
    return {
      perCpuSecond: deliveries / ((after.cpuMicros - before.cpuMicros) / 1e6),
      perSecond: deliveries / seconds,
      eventsPerWrite: deliveries / (after.writes - before.writes),
    };
  }
}

async function measure(count: number): Promise<boolean> {
  const readers = new ReadersProcess();
  const servers = [await ServerProcess.start('bare', count), await ServerProcess.start('hansard', count)] as const;
  for (const { port } of servers) await readers.open(port, count);
  const [bare, hansard] = servers.map((server) => new Contestant(server, readers, count));
  if (!bare || !hansard) throw new Error('nobody to measure');
  for (const one of [bare, hansard]) await one.run(20, 1);

  const rounds: { readonly bare: Figures; readonly hansard: Figures; readonly gathered: Figures }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const posts = Math.ceil(ONE_BY_ONE / count);
    rounds.push({
      bare: await bare.run(posts, 1),
      hansard: await hansard.run(posts, 1),
      gathered: await hansard.run(Math.ceil(UNDER_LOAD / count), IN_FLIGHT),
    });
  }
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const ratio = of((round) => round.hansard.perCpuSecond / round.bare.perCpuSecond);
  console.log(`${count} readers of one room, median of ${ROUNDS}:`);
  line(
    'bare Node, one event at a time',
    of((round) => round.bare.perCpuSecond),
    of((round) => round.bare.perSecond),
  );
  line(
    'Hansard, one event at a time',
    of((round) => round.hansard.perCpuSecond),
    of((round) => round.hansard.perSecond),
  );
  console.log(`  ratio ${ratio.toFixed(2)} (limit ${LIMIT})`);
  line(
    `Hansard, ${IN_FLIGHT} in flight`,
    of((round) => round.gathered.perCpuSecond),
    of((round) => round.gathered.perSecond),
  );
  console.log(`  ${of((round) => round.gathered.eventsPerWrite).toFixed(1)} events per write`);
  await Promise.all([...servers.map((server) => server.stop()), readers.stop()]);
  return ratio >= LIMIT;
}

function line(what: string, perCpuSecond: number, perSecond: number): void {
  const thousands = (value: number) => `${Math.round(value / 1_000)} k`;
  console.log(`  ${what}: ${thousands(perCpuSecond)} deliveries per CPU second, ${thousands(perSecond)} per second`);
}

const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [1_000, 5_000]) if (!(await measure(count))) process.exitCode = 1;
