import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { body, must, type Client } from '../harness/client.js';
import { checkWhole } from '../harness/told-by-log.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';

const schema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});
const operation = z.looseObject({
  parameters: z.array(z.looseObject({ in: z.string(), name: z.string() })).default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema })) }).optional(),
});
const document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) });
type Operation = z.output<typeof operation>;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const DEEP = '['.repeat(20_000) + ']'.repeat(20_000);
/** JSON of every wrong kind. */
const VALUES = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e400',
  '9007199254740993',
  '""',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '[null]',
  '[[]]',
  '{}',
  '{"x":1}',
  '{"__proto__":1}',
  DEEP,
  `"${'x'.repeat(70_000)}"`,
];
/** Whole bodies. */
const BODIES = [...VALUES, '', '{', '{"a":1,"a":2}', '\u0000', '{"x":1}'];
/** As they stand in a path or a query. */
const WORDS = [
  '',
  '0',
  '-1',
  '1.5',
  '99999999999999999999',
  'x',
  'null',
  '__proto__',
  'constructor',
  'user:x',
  'group:',
  '%00',
  '%ff',
  '%F0%9F%92%A9',
  '..%2f..',
  '%27%20OR%201=1',
  'a,b,,c',
  'category-*',
  '*',
  'x'.repeat(600),
];
const AT_ONCE = 8;

describe('every route of the OpenAPI document', () => {
  let program: Program;
  let world: World;
  let all: Client;
  let known: Readonly<Record<string, string>>;

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
    all = world.user('all', 'admin', 'analyst', 'compliance');
    const [id = ''] = await world.rooms(1, all);
    must(await all.post(`/v1/rooms/${id}/messages`, { text: 'first' }), 201);
    known = { id, seq: '0', principal: 'user:bob', name: `transcript-${id}` };
  });
  afterAll(() => program.dispose());

  it('answers wrong types, unknown members and nonsense by a clear 4xx or by a success, never by a 5xx, and always', async () => {
    const { paths } = body(await all.get('/v1/openapi.json'), 200, document);
    const requests = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, one]) => [...requestsOf(method.toUpperCase(), path, one)]),
    );
    expect(requests.length).toBeGreaterThan(1_000);
    requests.sort((one, other) => Number(other.path.endsWith('/disable')) - Number(one.path.endsWith('/disable')));
    const wrong: string[] = [];
    const work = async () => {
      // From the end: a room that is disabled refuses everything, so that comes last.
      for (let next = requests.pop(); next; next = requests.pop()) {
        const complaint = complaintAbout(await headOf(next), next);
        if (complaint) wrong.push(complaint);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(wrong).toEqual([]);
    checkWhole(await world.log());
    must(await all.post(`/v1/rooms/${known['id'] ?? ''}/enable`), 200);
    must(await all.post(`/v1/rooms/${known['id'] ?? ''}/messages`, { text: 'last' }), 201);
  });

  /** One thing is wrong in each of them, the rest is as it should be. */
  function* requestsOf(method: string, template: string, { parameters, requestBody }: Operation): Iterable<Request> {
    if (method === 'DELETE' && /^\/v1\/rooms\/\{id\}$/.test(template)) return; // the others need the room
    const right = filled(template);
    for (const { name, in: place } of parameters) {
      for (const word of WORDS) {
        if (place === 'path') yield { method, path: filled(template.replace(`{${name}}`, word)) };
        if (place === 'query') yield { method, path: `${right}?${name}=${word}` };
      }
      if (place === 'query') yield { method, path: `${right}?${name}=1&${name}=2` };
    }
    yield { method, path: `${right}?unknown=1` };
    yield { method, path: right, headers: { 'idempotency-key': 'ä' } };
    yield { method, path: right, headers: { 'if-match': 'x', 'hansard-read-after': 'x', 'last-event-id': 'x' } };
    yield { method, path: right, headers: { authorization: 'Bearer' } };
    if (method === 'GET') return;
    for (const sent of BODIES) yield { method, path: right, body: sent };
    const { properties = {}, required = [] } = requestBody?.content['application/json']?.schema ?? {};
    for (const member of [...Object.keys(properties), 'unknown']) {
      for (const value of VALUES) {
        const rest = required.filter((name) => name !== member).map((name) => `"${name}":${rightValue(name)}`);
        yield { method, path: right, body: `{${[...rest, `"${member}":${value}`].join()}}` };
      }
    }
  }

  function filled(template: string): string {
    return template.replace(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? 'x');
  }

  function rightValue(name: string): string {
    return JSON.stringify(name === 'rooms' ? [known['id']] : name === 'categoryId' ? 'x' : crypto.randomUUID());
  }

  function headOf({ method, path, body: sent, headers }: Request): Promise<{ status: number; type: string }> {
    return new Promise((resolve, reject) => {
      const length = sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) };
      const type = sent === undefined ? {} : { 'content-type': 'application/json' };
      const options = { method, path, port: program.port, host: '127.0.0.1', agent: false as const, timeout: 40_000 };
      const outgoing = request({ ...options, headers: { ...all.headers, ...length, ...type, ...headers } });
      outgoing.on('response', (incoming) => {
        resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '' });
        incoming.destroy(); // some never end
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path}`)));
      outgoing.on('error', reject);
      outgoing.end(sent);
    });
  }
});

function complaintAbout({ status, type }: { status: number; type: string }, asked: Request): string | undefined {
  const what = `${status} ${type} to ${asked.method} ${asked.path.slice(0, 200)} ${(asked.body ?? '').slice(0, 200)}`;
  if (status >= 500 || status < 200) return what;
  return status >= 400 && !type.startsWith('application/problem+json') ? what : undefined;
}
