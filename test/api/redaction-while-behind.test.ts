import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiNode } from '../support/api-node.js';
import { expectRefused } from '../support/refused.js';

const node = apiNode();

it('a redacted text is shown to nobody any more, also while the read model cannot follow', async () => {
  const room = await node.room();
  const mona = node.as('mona');
  for (const text of ['a secret', 'no secret']) await mona.post(`/v1/rooms/${room}/messages`, { text });
  expect((await mona.get(`/v1/rooms/${room}/messages`)).text).toContain('a secret');
  const file = new DatabaseSync(join(node.hansard.config.data, 'read-models.db'));
  file.exec('BEGIN IMMEDIATE'); // now nobody else writes
  const redacted = mona.delete(`/v1/rooms/${room}/messages/0`);
  await expect
    .poll(async () => (await node.as('ann', '+analyst').get('/v1/log?types=MessageRedacted')).text)
    .toContain('MessageRedacted');
  for (const path of ['messages', 'messages/0', 'messages?around=1']) {
    const answer = await mona.get(`/v1/rooms/${room}/${path}`);
    expectRefused(answer, 'read-model-behind');
  }
  expect((await mona.get(`/v1/rooms/${room}/messages/1`)).body).toMatchObject({ text: 'no secret' });
  expectRefused(await redacted, 'read-model-behind');
  file.exec('ROLLBACK');
  file.close();
  await expect.poll(async () => (await mona.get(`/v1/rooms/${room}/messages/0`)).status).toBe(200);
  expect((await mona.get(`/v1/rooms/${room}/messages`)).text).not.toContain('a secret');
  expect((await mona.delete(`/v1/rooms/${room}/messages/0`)).body).toMatchObject({ seq: 0, text: '' });
}, 60_000);
