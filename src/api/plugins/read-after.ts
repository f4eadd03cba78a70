import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem.js';
import type { ReadModelNames, Services } from '../services.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Read models that the answer is made of, beside the node's view. */
    reads?: ReadModelNames;
  }
}

const HEADER = 'hansard-read-after';
/** How long a read waits for the read models. */
const PATIENCE_MS = 2_000;

/** Read your own write: a GET that names a position is answered from that position on, or not at all. */
export function waitForReadAfter(app: FastifyInstance, { sequences, view, readModelsReached }: Services): void {
  app.addHook('preHandler', async (request) => {
    const given = request.headers[HEADER];
    if (given === undefined || request.method !== 'GET') return;
    const position = typeof given === 'string' ? sequences.decode(given) : undefined;
    if (position === undefined)
      throw new Problem('invalid-cursor', 'Hansard-Read-After holds no position of this deployment.');
    const reached =
      (await view.reachedWithin(position, PATIENCE_MS)) &&
      (await readModelsReached(request.routeOptions.config.reads ?? [], position, PATIENCE_MS));
    if (!reached) {
      throw new Problem('read-model-behind', 'The read models have not reached that position yet; ask again.', {
        headers: { 'retry-after': '1' },
      });
    }
  });
}
