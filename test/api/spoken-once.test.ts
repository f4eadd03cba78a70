import { describe, expect, it } from 'vitest';
import { apiNode } from '../support/api-node.js';
import { expectRefused } from '../support/refused.js';

const node = apiNode();

it('who is no presenter any more speaks in an auditorium by no edit either', async () => {
  const room = await node.room({ type: 'auditorium', members: [{ user: 'pia' }], presenters: [{ user: 'pia' }] });
  const pia = node.as('pia');
  expect((await pia.post(`/v1/rooms/${room}/messages`, { text: 'said' })).status).toBe(201);
  await node.as('mona').delete(`/v1/rooms/${room}/presenters/user:pia`);
  expectRefused(await pia.patch(`/v1/rooms/${room}/messages/0`, { text: 'said again' }), 'not-a-presenter');
});

it('groups that a token says count from the first act on', async () => {
  const categoryId = await node.category({ allowed: [{ group: 'tr' }], creators: [{ user: 'mona' }] });
  const room = await node
    .as('mona', '@tr')
    .post('/v1/rooms', { name: 'desk', categoryId, privacy: 'open' })
    .then(({ body }) => String(body.id));
  await node.as('gus').get('/v1/me');
  expect((await node.as('gus', '@tr').post(`/v1/rooms/${room}/join`, {})).status).toBe(200);
  await node.as('mona', '@tr').put(`/v1/rooms/${room}/members/user:other`);
  await node.as('mona', '@tr').delete(`/v1/rooms/${room}/members/user:other`);
  const { body } = await node.as('gus', '@tr').get(`/v1/rooms/${room}/participants`);
  expect(body.items).toMatchObject([{ id: 'gus' }]);
});

describe('a body', () => {
  it.each([{ 'content-encoding': 'gzip' }, { 'content-type': 'application/json; charset=utf-16' }])(
    'that says it is %o is refused, not misread',
    async (headers) => {
      const room = await node.room();
      const posted = await node.as('mona').post(`/v1/rooms/${room}/messages`, { text: 'x' }, { headers });
      expectRefused(posted, 'unsupported-media-type');
    },
  );
});

it('names that differ by what nobody sees are one name', async () => {
  const categoryId = await node.category({ creators: [{ user: 'mona' }] });
  const make = (name: string) => node.as('mona').post('/v1/rooms', { name, categoryId });
  expect((await make('desk')).status).toBe(201);
  expectRefused(await make('de\u200bsk'), 'duplicate-name');
  expectRefused(await make('\u200b'), 'invalid-request');
});

it('the user that the archive acts as is nobody’s', async () => {
  expectRefused(await node.as('system').get('/v1/me'), 'token-invalid');
});

it('addresses of the page with a NUL are not there', async () => {
  expectRefused(await node.with().get('/docs/static/x%00'), 'route-not-found');
});
