import { expect, it } from 'vitest';
import { z } from 'zod';
import { apiNode, type Client } from '../support/api-node.js';
import { expectRefused } from '../support/refused.js';
import { until } from '../support/until.js';

const node = apiNode();
const task = z.looseObject({ id: z.string(), readModel: z.string(), kind: z.string(), state: z.string() });

function operator(): Client {
  return node.as('otto', '+operator');
}

async function ended(name: string) {
  return until(async () => {
    const found = task.parse((await operator().get(`/v1/projections/${name}/task`)).body);
    return found.state === 'done' || found.state === 'failed' ? found : undefined;
  }, 'the task to end');
}

it.each([
  ['GET', '/v1/projections'],
  ['GET', '/v1/projections/messages/task'],
  ['POST', '/v1/projections/messages/rebuild'],
  ['POST', '/v1/projections/unknown/verify'],
  ['GET', '/v1/projections/parked/events'],
  ['GET', '/v1/projections/parked/events/x'],
  ['POST', '/v1/projections/parked/retry'],
] as const)('%s %s is for operators alone', async (method, path) => {
  expectRefused(await node.as('eve', '+admin', '+analyst', '+compliance').send(method, path), 'not-an-operator');
  expectRefused(await node.with().send(method, path), 'token-invalid');
});

it('read models are listed with their place, and with their rows when asked for', async () => {
  await node.room();
  const { status, body } = await operator().get('/v1/projections');
  expect(status).toBe(200);
  const names = (body.items ?? []).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['messages', 'directory', 'attendance', 'keys', 'windows', 'parked']));
  for (const item of body.items ?? []) {
    expect(item).toMatchObject({ state: 'running', version: expect.any(Number) as number });
    expect(item).not.toHaveProperty('rows');
  }
  const counted = (await operator().get('/v1/projections?rows=true')).body.items ?? [];
  expect(counted.find(({ name }) => name === 'directory')?.['rows']).toBeGreaterThan(1);
  expectRefused(await operator().get('/v1/projections?rows=perhaps'), 'invalid-request');
  expectRefused(await operator().get('/v1/projections?color=red'), 'invalid-request');
});

it('a rebuild is a task that can be watched, and the read model answers the same after it', async () => {
  const room = await node.room({ privacy: 'open' });
  for (const text of ['one', 'two']) await node.as('mona').post(`/v1/rooms/${room}/messages`, { text });
  const before = (await node.as('mona').get(`/v1/rooms/${room}/messages`)).text;
  const begun = await operator().post('/v1/projections/messages/rebuild', undefined, { key: 'again' });
  expect(begun.status).toBe(202);
  expect(begun.headers['hansard-position']).toBeDefined();
  expect(await ended('messages')).toMatchObject({ id: begun.body.id, state: 'done', kind: 'rebuild' });
  expect((await node.as('mona').get(`/v1/rooms/${room}/messages`)).text).toBe(before);
  const replayed = await operator().post('/v1/projections/messages/rebuild', undefined, { key: 'again' });
  expect([replayed.status, replayed.text]).toEqual([202, begun.text]);
  const other = await operator().post('/v1/projections/messages/verify', undefined, { key: 'again' });
  expectRefused(other, 'idempotency-mismatch');
  expect((await operator().post('/v1/projections/messages/verify', {})).status).toBe(202);
  expect(await ended('messages')).toMatchObject({ kind: 'verify', state: 'done', differing: 0, differences: [] });
});

it('what is not there is not found', async () => {
  expectRefused(await operator().post('/v1/projections/ghosts/rebuild'), 'projection-not-found');
  expectRefused(await operator().get('/v1/projections/ghosts/task'), 'projection-not-found');
  expectRefused(await operator().get('/v1/projections/keys/task'), 'task-not-found');
  expectRefused(await operator().get('/v1/projections/parked/events/nonsense'), 'parked-event-not-found');
  expectRefused(await operator().post('/v1/projections/messages/rebuild', { fast: true }), 'invalid-request');
});

it('where nothing is parked there is nothing to try again', async () => {
  expect((await operator().get('/v1/projections/parked/events')).body.items).toEqual([]);
  const { status, body } = await operator().post('/v1/projections/parked/retry', undefined, { key: 'retry' });
  expect([status, body]).toEqual([202, { checked: 0, known: 0, tasks: [], restart: false }]);
  expect((await operator().post('/v1/projections/parked/retry', undefined, { key: 'retry' })).body).toEqual(body);
});
