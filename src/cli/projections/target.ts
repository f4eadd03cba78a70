import { z } from 'zod';
import { openProjections } from '../../composition.js';
import type { Config } from '../../config/config.js';
import type { Mode } from '../../config/defaults.js';
import { deploymentKey } from '../../config/deployment-key.js';
import { localIssuer, signToken } from '../../config/local-tokens.js';
import { ORIGIN } from '../../domain/kernel/position.js';
import type { ProjectionControl, TaskKind } from '../../projections/operating.js';
import {
  parkedView,
  readModelView,
  retryView,
  taskView,
  type ParkedDetailsView,
  type ParkedView,
  type ReadModelView,
  type RetryView,
  type TaskView,
} from '../../projections/operating-view.js';
import type { SequenceCodec } from '../../projections/sequence.js';
import { CliFailure, EXIT } from '../exit.js';
import { configOrFail, type Flags } from '../load.js';

/** The read models that a command works on: of a running server, or of a data folder that nobody serves. */
export interface Target {
  list(rows: boolean): Promise<readonly ReadModelView[]>;
  start(readModel: string, kind: TaskKind): Promise<TaskView>;
  task(readModel: string): Promise<TaskView>;
  parked(): AsyncIterable<ParkedView>;
  parkedEvent(sequence: string): Promise<ParkedDetailsView>;
  retry(): Promise<RetryView>;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  /** A running server; without it the data folder itself, or the server that has it open. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

export async function openTarget(options: TargetOptions, err: (text: string) => void): Promise<Target> {
  if (options.url !== undefined) return served(options.url, await tokenFor(options));
  const config = configOrFail(options.mode, { logLevel: 'warn', ...options.flags });
  const opened = await openProjections(config);
  if (opened !== 'in-use') return onFolder(opened.projections, opened.sequences, opened.stop);
  err(`${config.data} is in use; asking the server at ${config.node.url}.\n`);
  return served(config.node.url, await tokenFor(options, config));
}

const TOKEN_SECONDS = 86_400;

/** In production the key of the deployment signs one, where its configuration is. */
async function tokenFor({ mode, token }: TargetOptions, config?: Config): Promise<string> {
  if (token !== undefined) return token;
  if (mode === 'development') return 'dev-operator+operator';
  if (!config) throw new CliFailure('Give a token of an operator: --token.', EXIT.usage);
  const claims = { sub: 'operator', name: 'Operator', roles: ['operator'] };
  return signToken(localIssuer(config, deploymentKey(config)), claims, { now: new Date(), seconds: TOKEN_SECONDS });
}

const PAGE = 500;

function onFolder(control: ProjectionControl, sequences: SequenceCodec, stop: () => Promise<boolean>): Target {
  const known = (readModel: string) => {
    if (!control.has(readModel)) throw new CliFailure(`There is no read model ${readModel}.`);
  };
  return {
    list: async (rows) => (await control.list({ rows })).map((info) => readModelView(info, sequences)),
    async start(readModel, kind) {
      known(readModel);
      const task = control.start(readModel, kind);
      if (!task) throw new CliFailure(`${readModel} is being filled or worked on; ask again later.`);
      return Promise.resolve(taskView(task, sequences));
    },
    task(readModel) {
      const task = control.task(readModel);
      return task ? Promise.resolve(taskView(task, sequences)) : Promise.reject(new Error(`no task of ${readModel}`));
    },
    async *parked() {
      for (let after = ORIGIN, more = true; more;) {
        const found = await control.parked({ after, limit: PAGE });
        for (const event of found) yield parkedView(event, sequences);
        after = found.at(-1)?.position ?? after;
        more = found.length === PAGE;
      }
    },
    async parkedEvent(sequence) {
      const position = sequences.decode(sequence);
      const found = position === undefined ? undefined : await control.parkedEvent(position);
      if (!found) throw new CliFailure('There is no parked event with this sequence.');
      return parkedView(found, sequences);
    },
    retry: async () => retryView(await control.retryParked(), sequences),
    async close() {
      await stop();
    },
  };
}

const parkedPage = z.object({ items: z.array(z.unknown()), next: z.string().optional() });
const PATIENCE_MS = 120_000;

function served(url: string, token: string): Target {
  const ask = async (method: 'GET' | 'POST', path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(new URL(path, url), { method, headers, signal }).catch((error: unknown) => {
      throw new CliFailure(`No server answers at ${url}: start it, or say --url. (${String(error)})`);
    });
    const text = await answer.text();
    if (!answer.ok) throw new CliFailure(`${url} answered ${answer.status}: ${detailOf(text)}`);
    return JSON.parse(text) as unknown;
  };
  const of = (readModel: string) => `/v1/projections/${encodeURIComponent(readModel)}`;
  // What a server of the same contract answers has the shape of the views: the schemas of its routes say so.
  return {
    async list(rows) {
      return ((await ask('GET', `/v1/projections?rows=${rows}`)) as { readonly items: readonly ReadModelView[] }).items;
    },
    start: async (readModel, kind) => (await ask('POST', `${of(readModel)}/${kind}`)) as TaskView,
    task: async (readModel) => (await ask('GET', `${of(readModel)}/task`)) as TaskView,
    async *parked() {
      for (let query: string | undefined = `limit=${PAGE}`; query !== undefined;) {
        const page = parkedPage.parse(await ask('GET', `/v1/projections/parked/events?${query}`));
        yield* page.items as readonly ParkedView[];
        query = page.next && new URLSearchParams({ limit: `${PAGE}`, cursor: page.next }).toString();
      }
    },
    parkedEvent: async (sequence) =>
      (await ask('GET', `/v1/projections/parked/events/${encodeURIComponent(sequence)}`)) as ParkedDetailsView,
    retry: async () => (await ask('POST', '/v1/projections/parked/retry')) as RetryView,
    close: () => Promise.resolve(),
  };
}

const problem = z.object({ detail: z.string() });

function detailOf(text: string): string {
  try {
    return problem.parse(JSON.parse(text)).detail;
  } catch {
    return text;
  }
}
