import { describe, expect, it } from 'vitest';
import { aesSequences } from '../../../src/projections/aes-sequences.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import type { ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

/** `key`: of the deployment. */
export function readAfterRules(node: ApiNode, key: Buffer): void {
  const after = (position: string) => ({ headers: { 'hansard-read-after': position } });

  describe('a read behind a position', () => {
    it('shows what was written there, whoever wrote it and however much is under way', async () => {
      const path = `/v1/rooms/${await node.room({ privacy: 'open' })}/messages`;
      const noise = Array.from({ length: 150 }, (_, n) => node.as('noise').post(path, { text: `${n}` }));
      const written = await Promise.all(
        Array.from({ length: 30 }, async (_, n) => {
          const { body, headers } = await node.as(`user-${n % 5}`).post(path, { text: `mine ${n}` });
          const read = await node.as('ada').get(`${path}/${body.seq ?? -1}`, after(headers['hansard-position'] ?? ''));
          return [read.status, read.body.text];
        }),
      );
      await Promise.all(noise);
      expect(written).toEqual(Array.from({ length: 30 }, (_, n) => [200, `mine ${n}`]));
    });

    it('that is not there yet is waited for, and refused in the end', async () => {
      await node.category();
      const [from, far] = [aesSequences(key).decode(node.position) ?? 0, 1_000_000];
      const future = aesSequences(key).encode((from + far) as Position);
      const answer = await node.as('ada').get('/v1/me', after(future));
      expectRefused(answer, 'read-model-behind');
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('of another deployment, or that is none, is refused', async () => {
      const foreign = aesSequences(Buffer.alloc(32, 9)).encode(1 as Position);
      for (const position of [
        'x',
        '0',
        '',
        foreign,
        `${node.position}A`,
        `${node.position}, ${node.position}`,
        node.position.toLowerCase(),
      ])
        expectRefused(await node.as('ada').get('/v1/rooms', after(position)), 'invalid-cursor');
    });

    it('is what a GET asks for: a command does not wait', async () => {
      expect((await node.as('root', '+admin').post('/v1/categories', { name: 'now' }, after('nonsense'))).status).toBe(
        201,
      );
    });

    it('can be asked for behind every command, also one that changed nothing', async () => {
      const room = await node.room({ privacy: 'open' });
      const mona = node.as('mona');
      const root = node.as('root', '+admin');
      await node.as('sleeper').get('/v1/me');
      const commands = [
        await mona.patch(`/v1/rooms/${room}`, { topic: 'x' }),
        await mona.patch(`/v1/rooms/${room}`, { topic: 'x' }),
        await mona.put(`/v1/rooms/${room}/members/user:ada`),
        await mona.put(`/v1/rooms/${room}/members/user:ada`),
        await mona.delete(`/v1/rooms/${room}/members/user:ada`),
        await mona.post(`/v1/rooms/${room}/join`),
        await mona.post('/v1/joins', { rooms: [room] }),
        await mona.post(`/v1/rooms/${room}/messages`, { text: 'x' }),
        await mona.patch(`/v1/rooms/${room}/messages/0`, { text: 'x' }),
        await mona.delete(`/v1/rooms/${room}/messages/0`),
        await mona.delete(`/v1/rooms/${room}/messages/0`),
        await mona.post(`/v1/rooms/${room}/part`),
        await mona.post(`/v1/rooms/${room}/part`),
        await mona.post(`/v1/rooms/${room}/enable`),
        await mona.post(`/v1/rooms/${room}/disable`),
        await mona.post('/v1/stream/ticket'),
        await root.post('/v1/users/sleeper/enable'),
        await root.post('/v1/users/sleeper/disable'),
        await root.delete(`/v1/rooms/${room}`),
      ];
      for (const { status, text, headers } of commands) {
        expect(status, text).toBeLessThan(300);
        const position = aesSequences(key).decode(headers['hansard-position'] ?? '');
        expect(position, text).toBeGreaterThan(0);
      }
    });
  });
}
