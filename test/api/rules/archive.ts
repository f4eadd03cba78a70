import { describe, expect, it } from 'vitest';
import { withCursor, type ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function archiveRules(node: ApiNode): void {
  const olga = () => node.as('olga', '+compliance');
  const cut = (adapter: string) => olga().post(`/v1/archive/adapters/${adapter}/cut`);

  describe('the archive', () => {
    it('is for compliance officers', async () => {
      for (const who of [node.as('ada'), node.as('root', '+admin'), node.as('ann', '+analyst', '+operator')]) {
        expectRefused(await who.get('/v1/archive/adapters'), 'not-an-officer');
        expectRefused(await who.get('/v1/archive/windows'), 'not-an-officer');
        expectRefused(await who.post('/v1/archive/adapters/xml/cut'), 'not-an-officer');
        expectRefused(await who.post('/v1/archive/adapters/none/cut'), 'not-an-officer');
      }
    });

    it('says how far each adapter is', async () => {
      const { status, body } = await olga().get('/v1/archive/adapters');
      expect(status).toBe(200);
      const adapter = {
        position: expect.any(String) as string,
        openSince: expect.any(String) as string,
        state: 'running',
      };
      expect(body).toEqual({
        items: [
          { name: 'xml', ...adapter },
          { name: 'jsonl', ...adapter },
        ],
      });
    });

    it('closes the open window when it is told to, also an empty one, and publishes it', async () => {
      await node.category();
      const since = node.position;
      const [one, other] = [await cut('xml'), await cut('xml')];
      expect([one.status, other.status]).toEqual([202, 202]);
      const { number, to } = one.body;
      expect(one.body).toEqual({
        adapter: 'xml',
        number: expect.any(Number) as number,
        from: expect.any(String) as string,
        to: expect.any(String) as string,
        fromTime: expect.any(String) as string,
        toTime: expect.any(String) as string,
        events: expect.any(Number) as number,
        state: expect.stringMatching(/^(sealed|published)$/) as string,
        folder: expect.stringMatching(/^xml\/\d{10}_\d{8}T\d{9}Z_\d{8}T\d{9}Z$/) as string,
      });
      expect(other.body).toMatchObject({ number: Number(number) + 1, from: to });
      expect(await node.logged('WindowSealed', since)).toHaveLength(2);
      await expect
        .poll(async () => (await olga().all('/v1/archive/windows?adapter=xml')).map(({ state }) => state), {
          timeout: 15_000,
        })
        .toEqual(Array.from({ length: Number(number) + 1 }, () => 'published'));
    });

    it('lists its windows by adapter and number, page by page', async () => {
      for (const adapter of ['xml', 'jsonl', 'xml', 'jsonl']) await cut(adapter);
      const windows = async (path: string) =>
        (await olga().all(path)).map(({ adapter, number }) => `${String(adapter)} ${String(number)}`);
      const all = await windows('/v1/archive/windows?limit=500');
      expect(all).toEqual([...all].sort((one, two) => one.localeCompare(two, 'en', { numeric: true })));
      for (const limit of [1, 3]) expect(await windows(`/v1/archive/windows?limit=${limit}`)).toEqual(all);
      for (const adapter of ['xml', 'jsonl'])
        expect(await windows(`/v1/archive/windows?adapter=${adapter}&limit=1`)).toEqual(
          all.filter((one) => one.startsWith(adapter)),
        );
      expect(await windows('/v1/archive/windows?adapter=none')).toEqual([]);
    });

    it('goes on with the adapter that a page began with, and with no other', async () => {
      const path = '/v1/archive/windows?adapter=jsonl&limit=1';
      const cursor = (await olga().get(path)).body.next ?? '';
      const all = (await olga().get('/v1/archive/windows?limit=1')).body.next ?? '';
      expect((await olga().get(withCursor(path, cursor))).body.items).toMatchObject([{ adapter: 'jsonl', number: 2 }]);
      expect((await olga().get(`${withCursor(path, cursor)}&adapter=jsonl`)).status).toBe(200);
      expectRefused(await olga().get(`${withCursor(path, cursor)}&adapter=xml`), 'invalid-request');
      expectRefused(await olga().get(`${withCursor(path, all)}&adapter=xml`), 'invalid-request');
      for (const bad of ['x', node.position])
        expectRefused(await olga().get(`/v1/archive/windows?cursor=${bad}`), 'invalid-cursor');
      for (const query of ['limit=0', 'limit=501', 'x=1'])
        expectRefused(await olga().get(`/v1/archive/windows?${query}`), 'invalid-request');
    });

    it('knows no other adapter', async () => {
      for (const name of ['none', 'XML', '%00', '..%2Fxml']) expectRefused(await cut(name), 'adapter-not-found');
      expectRefused(await olga().post('/v1/archive/adapters/xml/cut', { now: true }), 'invalid-request');
    });
  });
}
