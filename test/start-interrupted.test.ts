import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CannotStartError } from '../src/cannot-start.js';
import { start } from '../src/composition.js';
import { apiNode } from './support/api-node.js';

const node = apiNode();

it('a start that waits for its read models ends when it is told to, and the next one goes on', async () => {
  const room = await node.room();
  const { config } = node.hansard;
  await node.hansard.stop();
  const file = new DatabaseSync(join(config.data, 'read-models.db'));
  file.exec('UPDATE generations SET checkpoint = 0');
  file.close();
  await expect(start(config, { listen: false, signal: AbortSignal.abort() })).rejects.toThrow(CannotStartError);
  await node.start();
  expect((await node.as('mona').get(`/v1/rooms/${room}`)).status).toBe(200);
}, 60_000);
