import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { openReadModels } from '../composition.js';
import type { Key } from '../projections/read-models.js';
import { reportPage, REPORT_NAMES, type ReportName, type Reports } from '../projections/usage-reports.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import type { ReportOptions } from './options.js';
import { standardOutput, table, type Output } from './output.js';

type Item = Reports[ReportName];

/** Rows asked for at once. */
const PAGE = 500;
const COLUMNS = {
  rooms: ['room', 'name', 'messages', 'participants', 'lastActivity'],
  users: ['user', 'name', 'messages', 'rooms', 'lastActivity'],
  days: ['day', 'messages'],
} as const satisfies Record<ReportName, readonly string[]>;

/** `hansard report`: from the read models of the data folder or from a running server. */
export async function runReport(options: ReportOptions, output: Output = standardOutput): Promise<void> {
  const { as, limit = Infinity } = options;
  const name = REPORT_NAMES.find((one) => one === options.name);
  if (!name) throw new CliFailure(`There are the reports ${REPORT_NAMES.join(', ')}.`, EXIT.usage);
  const period = daysOf(name, options);
  const pages =
    options.url === undefined ? fromFolder(options, name, period) : fromServer(options, options.url, name, period);
  const rows: Item[] = [];
  let left = limit;
  if (as === 'csv') output.out(stringify([COLUMNS[name]]));
  for await (const page of pages) {
    const items = page.slice(0, left);
    left -= items.length;
    if (as === 'json') output.out(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    else if (as === 'csv') output.out(stringify(items.map(cellsOf)));
    else rows.push(...items);
    if (left === 0) break;
  }
  if (as === 'table') output.out(table([COLUMNS[name], ...rows.map(cellsOf)].map((row) => row.map(oneLine))));
}

interface Period {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

function daysOf(name: ReportName, { since, until }: ReportOptions): Period {
  for (const day of [since, until]) {
    if (day === undefined) continue;
    if (name !== 'days') throw new CliFailure('--since and --until narrow the report days.', EXIT.usage);
    if (!z.iso.date().safeParse(day).success)
      throw new CliFailure(`${day} is no UTC day, e.g. 2026-11-25.`, EXIT.usage);
  }
  return { since, until };
}

async function* fromFolder(
  { mode, flags }: ReportOptions,
  name: ReportName,
  period: Period,
): AsyncGenerator<readonly Item[]> {
  const models = await openReadModels(configOrFail(mode, flags));
  try {
    for (let after: Key | undefined, more = true; more;) {
      const { items, next } = await reportPage(models, name, { ...period, after, limit: PAGE });
      yield items;
      after = next;
      more = next !== undefined;
    }
  } finally {
    await models.close();
  }
}

async function* fromServer(
  { mode, token, limit = Infinity }: ReportOptions,
  url: string,
  name: ReportName,
  period: Period,
): AsyncGenerator<readonly Item[]> {
  const bearer = token ?? (mode === 'development' ? 'dev-analyst+analyst' : undefined);
  if (bearer === undefined) throw new CliFailure('Give the server a token of an analyst: --token.', EXIT.usage);
  const given = Object.entries(period).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (let cursor: string | undefined, more = true; more;) {
    const query = new URLSearchParams(cursor === undefined ? given : { cursor });
    query.set('limit', String(Math.min(PAGE, Math.max(1, limit))));
    const answer = await fetch(new URL(`/v1/reports/${name}?${query.toString()}`, url), {
      headers: { authorization: `Bearer ${bearer}` },
    }).catch((error: unknown) => {
      throw new CliFailure(`No server answers at ${url}. (${String(error)})`);
    });
    const text = await answer.text();
    if (!answer.ok) throw new CliFailure(`${url} answered ${answer.status}: ${text}`);
    const { items, next } = JSON.parse(text) as { readonly items: readonly Item[]; readonly next?: string };
    yield items;
    cursor = next;
    more = next !== undefined;
  }
}

function cellsOf(item: Item): string[] {
  if ('day' in item) return [item.day, String(item.messages)];
  const { messages, lastActivity = '' } = item;
  return 'room' in item
    ? [item.room.id, item.room.name, String(messages), String(item.participants), lastActivity]
    : [item.user.id, item.user.name, String(messages), String(item.rooms), lastActivity];
}

/** Names are other people's text: nothing in them may move the cursor of a terminal. */
function oneLine(cell: string): string {
  return cell.replace(/\p{Control}/gu, ' ');
}
