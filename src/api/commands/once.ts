import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { catalogue } from '../../domain/catalogue/catalogue.js';
import { propose, type CommandContext } from '../../domain/kernel/command.js';
import { streamName, type IdempotencyMark } from '../../domain/kernel/event.js';
import { settle } from '../../domain/kernel/handle-command.js';
import type { Position } from '../../domain/kernel/position.js';
import type { KeyRecord } from '../../projections/directory/recent-keys.js';
import { callerOf, contextOf } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import type { Services } from '../services.js';
import { KeyedLock } from './keyed-lock.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** An answer, and the position that it is true from. */
export interface Answer<Body> {
  readonly status: 200 | 201 | 202 | 204;
  readonly body: Body;
  readonly position: Position;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a receipt keeps, where the first answer cannot be made of the log otherwise. */
export type Receipt = Readonly<Record<string, string | number>>;

export interface Once<Body> {
  /** Carries the command out; an event that it writes for good carries the context's mark. */
  readonly run: (
    context: CommandContext,
  ) => Promise<Answer<Body> & { readonly receipt?: Receipt; readonly marked: boolean }>;
  /** The first answer again, from the event that carries the mark or from the receipt. */
  readonly replay: (record: KeyRecord, receipt: Receipt | undefined) => Promise<Answer<Body>>;
}

const keyRow = z.object({
  key: z.string(),
  fingerprint: z.string(),
  stream: z.string(),
  revision: z.number(),
  type: z.string(),
  position: z.number().transform((value) => value as Position),
});

/** `Idempotency-Key`: a command that succeeded once is not carried out again, on any node, for good. */
export class Idempotency {
  readonly #services: Services;
  readonly #lock = new KeyedLock();

  constructor(services: Services) {
    this.#services = services;
  }

  async once<Body>(request: FastifyRequest, { run, replay }: Once<Body>): Promise<Answer<Body>> {
    const mark = markOf(request, this.#services);
    if (!mark) return run(contextOf(request, this.#services));
    return this.#lock.run(mark.key, async () => {
      const release = this.#services.directory.recentKeys.hold(this.#services.view.position);
      try {
        const record = await this.find(mark.key);
        if (record) return await this.#replayed(record, mark, replay);
        const answer = await run(contextOf(request, this.#services, mark));
        if (!answer.marked) await this.#keepReceipt(request, mark, answer.receipt ?? {});
        return answer;
      } finally {
        release();
      }
    });
  }

  /** Where the key was used, as of the node's view of the log. */
  async find(key: string): Promise<KeyRecord | undefined> {
    const recent = this.#services.directory.recentKeys.get(key);
    if (recent) return recent;
    const row = await this.#services.readModels.get('keys', 'keys', [key]);
    return row && keyRow.parse(row);
  }

  async #replayed<Body>(record: KeyRecord, mark: IdempotencyMark, replay: Once<Body>['replay']): Promise<Answer<Body>> {
    if (record.fingerprint !== mark.fingerprint) {
      throw new Problem('idempotency-mismatch', 'This Idempotency-Key was used for another request.');
    }
    return replay(record, await this.#receipt(record));
  }

  async #receipt({ stream, type }: KeyRecord): Promise<Receipt | undefined> {
    if (type !== 'CommandAccepted') return undefined;
    for await (const [recorded] of this.#services.store.readStream(
      stream as Parameters<Services['store']['readStream']>[0],
      { limit: 1 },
    )) {
      const event = recorded && catalogue.decode(recorded);
      if (event && 'type' in event && event.type === 'CommandAccepted') return event.data.answer;
    }
    return undefined;
  }

  async #keepReceipt(request: FastifyRequest, mark: IdempotencyMark, answer: Receipt): Promise<void> {
    const { store, view, clock, ids } = this.#services;
    const stream = streamName('receipt', ids.derived('receipt', mark.key));
    const fact = {
      type: 'CommandAccepted',
      data: { route: `${request.method} ${request.routeOptions.url ?? ''}`, answer },
    };
    const events = propose(
      stream,
      [fact],
      contextOf(request, this.#services, mark),
      { clock, ids },
      catalogue.versionOf,
    );
    const outcome = await settle(store, stream, events, 'no-stream');
    const position = outcome.kind === 'committed' ? outcome.positions.at(-1) : undefined; // a conflict: another node kept it
    if (position !== undefined) await view.reached(position);
  }
}

function markOf(request: FastifyRequest, { ids }: Services): IdempotencyMark | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !KEY.test(given)) {
    throw new Problem('invalid-request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const body = request.rawBody.toString('latin1');
  return {
    key: ids.derived('key', callerOf(request).actor.id, given),
    fingerprint: ids.derived('request', request.method, request.url, body),
  };
}
