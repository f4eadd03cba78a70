import { z } from 'zod';
import { reportPage, REPORT_NAMES, type ReportName } from '../../projections/usage-reports.js';
import { invalidCursor, listed, type Page } from '../paging.js';
import { callerWith } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import { DEFAULT_LIMIT, listOf, paging, time } from '../schemas/common.js';
import type { App, Channel } from './route.js';

const named = z.object({ id: z.string(), name: z.string() });
const roomUsage = z
  .object({ room: named, messages: z.int(), participants: z.int(), lastActivity: time.optional() })
  .describe('Use of a room');
const userUsage = z
  .object({ user: named, messages: z.int(), rooms: z.int(), lastActivity: time.optional() })
  .describe('Use by a user');
const dayUsage = z.object({ day: z.string(), messages: z.int() }).describe('Use on a UTC day');

const day = z.iso.date().describe('UTC day, e.g. 2026-11-25');
const reportParams = z.strictObject({ name: z.string() });
const reportQuery = z.strictObject({
  since: day.optional().describe('First day; report `days` only'),
  until: day.optional().describe('The day behind the last one; report `days` only'),
  ...paging,
});
const place = z.strictObject({
  after: z.array(z.union([z.string(), z.number()])),
  since: day.optional(),
  until: day.optional(),
});

/** Usage reports, for analysts: every room is counted, whoever may see it. */
export function reportRoutes(app: App, { services }: Channel): void {
  const { readModels, cursors } = services;

  app.get(
    '/v1/reports/:name',
    {
      config: { reads: ['usage'] },
      schema: {
        tags: ['reports'],
        params: reportParams,
        querystring: reportQuery,
        response: { 200: listOf(z.union([roomUsage, userUsage, dayUsage])) },
      },
    },
    async (request, reply) => {
      callerWith(request, 'analyst');
      const name = REPORT_NAMES.find((one) => one === request.params.name);
      if (!name) throw new Problem('report-not-found', `There are the reports ${REPORT_NAMES.join(', ')}.`);
      const { after, since, until } = opened(name, request.query);
      const { items, next } = await reportPage(readModels, name, {
        after,
        since,
        until,
        limit: request.query.limit ?? DEFAULT_LIMIT,
      });
      const within = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
      const page: Page<(typeof items)[number]> = {
        items,
        ...(next && { next: cursors.seal(kindOf(name), { after: next, ...within }) }),
      };
      return reply.send(listed(request, reply, page));
    },
  );

  function opened(name: ReportName, { cursor, since, until }: z.output<typeof reportQuery>) {
    if (name !== 'days' && (since ?? until) !== undefined) {
      throw new Problem(
        'invalid-request',
        'since and until narrow the report days; this one counts from the beginning.',
      );
    }
    if (cursor === undefined) return { after: undefined, since, until };
    const from = place.safeParse(cursors.open(kindOf(name), cursor));
    if (!from.success) throw invalidCursor();
    const { data } = from;
    if ((since ?? data.since) !== data.since || (until ?? data.until) !== data.until) {
      throw new Problem('invalid-request', 'The cursor carries another since or until.');
    }
    return data;
  }
}

function kindOf(name: ReportName): string {
  return `report ${name}`;
}
