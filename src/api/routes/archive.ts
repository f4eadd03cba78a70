import { z } from 'zod';
import { unmarked } from '../../domain/kernel/command.js';
import { windowRow, type WindowRow } from '../../projections/windows.js';
import { windowView } from '../../projections/window-view.js';
import { send } from '../answer.js';
import { invalidCursor, listed, type Page } from '../paging.js';
import { callerWith } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import { cursorParam, DEFAULT_LIMIT, digits, listOf, noBody, noQuery, time } from '../schemas/common.js';
import type { App, Channel } from './route.js';

const windowSchema = z
  .object({
    adapter: z.string(),
    number: z.int(),
    from: z.string(),
    to: z.string(),
    fromTime: time,
    toTime: time,
    events: z.int(),
    state: z.enum(['sealed', 'published', 'collected', 'purged']),
    folder: z.string(),
  })
  .describe('Archive window');
const adapterSchema = z.object({
  name: z.string(),
  position: z.string(),
  openSince: time,
  state: z.enum(['running', 'blocked', 'stopped']),
  message: z.string().optional(),
});
const windowsQuery = z.strictObject({
  adapter: z.string().optional(),
  limit: digits(1, 500).optional(),
  cursor: cursorParam.optional(),
});
const place = z.strictObject({ adapter: z.string().optional(), after: z.tuple([z.string(), z.number()]) });
/** How long the replay of a cut waits for the window to be listed. */
const PATIENCE_MS = 5_000;
const nameParams = z.strictObject({ name: z.string() });

/** Windows of the archive, for compliance officers. */
export function archiveRoutes(app: App, { services, idempotency, archive }: Channel): void {
  const { sequences, readModels, cursors } = services;

  app.get(
    '/v1/archive/adapters',
    {
      schema: {
        tags: ['archive'],
        querystring: noQuery,
        response: { 200: z.object({ items: z.array(adapterSchema) }) },
      },
    },
    (request) => {
      callerWith(request, 'compliance');
      const items = archive.adapters().map(({ position, message, ...rest }) => ({
        ...rest,
        position: sequences.encode(position),
        ...(message !== undefined && { message }),
      }));
      return { items };
    },
  );

  app.get(
    '/v1/archive/windows',
    {
      config: { reads: ['windows'] },
      schema: { tags: ['archive'], querystring: windowsQuery, response: { 200: listOf(windowSchema) } },
    },
    async (request, reply) => {
      callerWith(request, 'compliance');
      const { cursor, limit = DEFAULT_LIMIT } = request.query;
      const opened = cursor === undefined ? undefined : place.safeParse(cursors.open('windows', cursor));
      if (opened?.success === false) throw invalidCursor();
      if (opened && (request.query.adapter ?? opened.data.adapter) !== opened.data.adapter) {
        throw new Problem('invalid-request', 'The cursor carries another adapter.');
      }
      const adapter = opened ? opened.data.adapter : request.query.adapter;
      const rows = await windowsBehind(adapter, opened?.data.after, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const page: Page<z.output<typeof windowSchema>> = {
        items: rows.slice(0, limit).map((row) => windowView(row, sequences)),
        ...(last && {
          next: cursors.seal('windows', {
            ...(adapter !== undefined && { adapter }),
            after: [last.adapter, last.number],
          }),
        }),
      };
      return listed(request, reply, page);
    },
  );

  async function windowsBehind(
    adapter: string | undefined,
    after: readonly [string, number] | undefined,
    limit: number,
  ): Promise<WindowRow[]> {
    const within =
      adapter === undefined ? { ...(after && { after }) } : { prefix: [adapter], ...(after && { after: [after[1]] }) };
    const { rows } = await readModels.scan('windows', { table: 'windows', limit, ...within });
    return rows.map(windowRow);
  }

  app.post(
    '/v1/archive/adapters/:name/cut',
    {
      schema: {
        tags: ['archive'],
        params: nameParams,
        querystring: noQuery,
        body: noBody,
        response: { 202: windowSchema },
      },
    },
    async (request, reply) => {
      callerWith(request, 'compliance');
      const { name } = request.params;
      const answer = await idempotency.once(request, {
        run: async (context) => {
          const cut = await archive.cut(name, unmarked(context)); // its receipt carries the mark
          if (!cut) throw new Problem('adapter-not-found', 'There is no such archive adapter.');
          const { window, position } = cut;
          return {
            status: 202 as const,
            body: windowView(window, sequences),
            position,
            marked: false,
            receipt: { number: window.number, events: window.events },
          };
        },
        replay: async ({ position }, receipt) => {
          await services.readModelsReached(['windows'], position, PATIENCE_MS);
          const row = await readModels.get('windows', 'windows', [name, Number(receipt?.['number'])]);
          if (!row) throw new Problem('read-model-behind', 'The window is not there yet; ask again.');
          const first = { ...windowRow(row), events: Number(receipt?.['events']), state: 'sealed' as const };
          return { status: 202 as const, body: windowView(first, sequences), position };
        },
      });
      return send(reply, services, answer);
    },
  );
}
