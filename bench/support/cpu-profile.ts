import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const profile = z.looseObject({
  nodes: z.array(
    z.looseObject({
      id: z.number(),
      callFrame: z.looseObject({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Node = z.output<typeof profile>['nodes'][number];

/** What a frame belongs to; the first that fits. What fits none belongs to whoever called it. */
const STAGES: readonly (readonly [stage: string, fits: RegExp])[] = [
  ['archive', /\/(src|dist)\/workers\/compliance\//],
  ['projector and read models', /\/(src|dist)\/(workers|store\/embedded\/read-models)\//],
  ['log: messages to and from its threads', /\/(src|dist)\/store\/embedded\/log\//],
  ['live: fan-out', /\/(src|dist)\/api\/live\/(?!presence|leases|announcer|history-views)/],
  ['live: envelopes', /\/(src|dist)\/projections\/(envelope|aes-sequences|sequence)/],
  ['view and directory', /\/(src|dist)\/(api\/node-view|projections\/directory)/],
  ['catalogue: decode', /\/(src|dist)\/domain\/(catalogue|kernel\/catalogue)/],
  ['domain', /\/(src|dist)\/domain\//],
  ['projector and read models', /\/(src|dist)\/projections\//],
  ['commands', /\/(src|dist)\/api\/(commands|live\/(presence|leases|announcer))/],
  ['http: our plugins and routes', /\/(src|dist)\/api\//],
  ['zod', /node_modules\/(zod|fastify-type-provider-zod)\//],
  ['metrics', /node_modules\/prom-client\//],
  ['logger', /node_modules\/(pino|sonic-boom)/],
  ['http: fastify', /node_modules\//],
  ['http: node', /node:_http|node:internal\/http|node:http/],
];
const META: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(idle)': 'idle',
  '(program)': 'native and the kernel',
};

export interface Share {
  readonly name: string;
  readonly seconds: number;
}

export interface Breakdown {
  /** Of self time, largest first; idle left out. */
  readonly stages: readonly Share[];
  readonly functions: readonly Share[];
  readonly busySeconds: number;
}

/** Of each thread that wrote a profile into the folder, the busiest first. */
export async function profilesIn(folder: string): Promise<Breakdown[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  const all = await Promise.all(files.map(async (name) => breakdown(await readFile(join(folder, name), 'utf8'))));
  return all.sort((one, other) => other.busySeconds - one.busySeconds);
}

function breakdown(text: string): Breakdown {
  const { nodes, samples, timeDeltas } = profile.parse(JSON.parse(text));
  const stages = stagesOf(nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byStage = new Map<string, number>();
  const byFunction = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const seconds = (timeDeltas[index] ?? 0) / 1e6;
    const stage = stages.get(id) ?? 'other';
    if (stage === 'idle') continue;
    add(byStage, stage, seconds);
    const node = byId.get(id);
    if (node) add(byFunction, `${nameOf(node)}  [${stage}]`, seconds);
  }
  const busySeconds = [...byStage.values()].reduce((sum, one) => sum + one, 0);
  return { stages: ranked(byStage), functions: ranked(byFunction), busySeconds };
}

function stagesOf(nodes: readonly Node[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stages = new Map<number, string>();
  const visit = (node: Node, inherited: string) => {
    const stage = ownStage(node) ?? inherited;
    stages.set(node.id, stage);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, stage);
    }
  };
  const [root] = nodes;
  if (root) visit(root, 'node itself');
  return stages;
}

function ownStage({ callFrame: { functionName, url } }: Node): string | undefined {
  return META[functionName] ?? STAGES.find(([, fits]) => fits.test(url))?.[0];
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const file = url.split('/').slice(-2).join('/');
  return `${functionName || '(anonymous)'}${file ? ` ${file}:${lineNumber + 1}` : ''}`;
}

function add(sums: Map<string, number>, name: string, seconds: number): void {
  sums.set(name, (sums.get(name) ?? 0) + seconds);
}

function ranked(sums: ReadonlyMap<string, number>): Share[] {
  return [...sums].map(([name, seconds]) => ({ name, seconds })).sort((one, other) => other.seconds - one.seconds);
}
