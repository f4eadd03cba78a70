import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function messageRules(node: ApiNode): void {
  const ada = () => node.as('ada');
  const mona = () => node.as('mona');
  const messages = async () => `/v1/rooms/${await node.room({ privacy: 'open' })}/messages`;

  describe('a post', () => {
    it('is answered with the message, its place and its revision', async () => {
      const path = await messages();
      const answer = await ada().post(path, { text: 'hello' });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        roomId: path.split('/')[3],
        seq: 0,
        kind: 'normal',
        text: 'hello',
        author: { id: 'ada', name: 'ada' },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      });
      expect(answer.headers).toMatchObject({ location: `${path}/0`, etag: '"0"' });
      const read = await ada().get(`${path}/0`);
      expect([read.body, read.headers['etag']]).toEqual([answer.body, '"0"']);
    });

    it('may be an alert, or a story with a title, and nothing else', async () => {
      const path = await messages();
      expect((await ada().post(path, { text: 'x', kind: 'alert' })).body['kind']).toBe('alert');
      expect((await ada().post(path, { text: 'x', kind: 'story', title: 'T' })).body).toMatchObject({
        kind: 'story',
        title: 'T',
      });
      expectRefused(await ada().post(path, { text: 'x', kind: 'shout' }), 'invalid-request');
      expectRefused(await ada().post(path, { text: 'x', title: 'T' }), 'invalid-request');
      expectRefused(await ada().post(path, { text: 'x', kind: 'alert', title: 'T' }), 'invalid-request');
      expectRefused(await ada().post(path, { kind: 'normal' }), 'invalid-request');
      for (const claimedTime of ['yesterday', '2026-11-23', '2026-11-23T14:00:00Z', '2026-11-23T14:00:00.000+01:00', 7])
        expectRefused(await ada().post(path, { text: 'x', claimedTime }), 'invalid-request');
      const claimedTime = '1999-12-31T23:59:59.999Z';
      expect((await ada().post(path, { text: 'x', claimedTime })).body).toMatchObject({ claimedTime });
    });

    it('keeps its text exactly, whatever Unicode it is', async () => {
      const path = await messages();
      const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((one) => !one.includes('\0'));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 40, size: 'max' }), async (texts) => {
          const answers = await Promise.all(texts.map((one) => ada().post(path, { text: one })));
          expect(answers.map(({ body }) => body.text)).toEqual(texts);
          const seqs = answers.map(({ body }) => body.seq ?? -1);
          await ada().post(path, { text: 'behind them' });
          const read = (await ada().get(`${path}?after=${Math.min(...seqs) - 1}&limit=500`)).body.items ?? [];
          const kept = new Map(read.map((message) => [message.seq, message.text]));
          expect(seqs.map((seq) => kept.get(seq))).toEqual(texts);
        }),
        { numRuns: 6 },
      );
    });

    it('may have 8192 bytes of UTF-8, a story 65536, and not one more', async () => {
      const path = await messages();
      const status = async (body: object) => (await ada().post(path, body)).status;
      expect(await status({ text: 'a'.repeat(8_192) })).toBe(201);
      expect(await status({ text: '€'.repeat(2_730) })).toBe(201);
      expect(await status({ text: 's'.repeat(65_536), kind: 'story' })).toBe(201);
      for (const text of ['a'.repeat(8_193), '€'.repeat(2_731), '🐈'.repeat(2_049)]) {
        expectRefused(await ada().post(path, { text }), 'message-too-large');
        expectRefused(await ada().post(path, { text, kind: 'alert' }), 'message-too-large');
        expectRefused(await ada().patch(`${path}/0`, { text }), 'message-too-large');
      }
      expectRefused(await ada().post(path, { text: 's'.repeat(65_537), kind: 'story' }), 'message-too-large');
      expectRefused(await ada().post(path, { text: 'x', html: 'h'.repeat(32_769) }), 'message-too-large');
      expect((await ada().get(path)).body.items).toHaveLength(3);
    });

    it('is refused when it outgrows what one event can hold, and keeps nobody else from posting', async () => {
      const path = await messages();
      const html = '&#1;'.repeat(200_000); // six bytes each in the log
      const [large, small] = await Promise.all([
        ada().post(path, { text: 'x', kind: 'story', html }),
        node.as('ben').post(path, { text: 'small' }),
      ]);
      expectRefused(large, 'body-too-large');
      expect(small.body).toMatchObject({ seq: 0, text: 'small' });
    });

    it('keeps rich text beside its text, without what a browser would run', async () => {
      const path = await messages();
      const html = '<b>bold</b><script>alert(1)</script><a href="javascript:x" onclick="y">z</a><img src=x onerror=y>';
      const { body } = await ada().post(path, { text: 'bold z', html });
      expect(body).toMatchObject({ text: 'bold z', html: '<b>bold</b><a>z</a>' });
    });

    it('replies to messages of its room alone', async () => {
      const [path, other] = [await messages(), await messages()];
      await ada().post(path, { text: 'zero' });
      await ada().patch(`${path}/0`, { text: 'edited' });
      for (let more = 0; more < 3; more += 1) await ada().post(other, { text: 'x' });
      expect((await ada().post(path, { text: 'x', replyTo: 0 })).body).toMatchObject({ seq: 2, replyTo: 0 });
      for (const replyTo of [1, 3, 9_007_199_254_740_991])
        expectRefused(await ada().post(path, { text: 'x', replyTo }), 'reply-target-not-found');
      for (const replyTo of [-1, 0.5, '0', 1e300])
        expectRefused(await ada().post(path, { text: 'x', replyTo }), 'invalid-request');
      expectRefused(await ada().post(path, { text: 'x', files: ['none'] }), 'file-not-found');
      expect((await ada().post(path, { text: 'x', files: [] })).status).toBe(201);
    });

    it('gets the next number of its room when many are sent at once, and the time never goes back', async () => {
      const path = await messages();
      const posts = Array.from({ length: 60 }, (_, n) => node.as(`user-${n % 7}`).post(path, { text: `${n}` }));
      const seqs = (await Promise.all(posts)).map(({ body }) => body.seq ?? -1);
      expect(seqs.sort((one, other) => one - other)).toEqual(Array.from({ length: 60 }, (_, n) => n));
      await ada().post(path, { text: 'last' });
      const items = (await ada().get(`${path}?limit=500`)).body.items ?? [];
      expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, n) => n));
      const times = items.map((item) => String(item['time']));
      expect(times).toEqual([...times].sort());
    });
  });

  describe('a message', () => {
    it('is edited by its author, and says so', async () => {
      const path = await messages();
      await ada().post(path, { text: 'old', html: '<b>old</b>' });
      for (const who of [node.as('ben'), mona(), node.as('root', '+admin')])
        expectRefused(await who.patch(`${path}/0`, { text: 'forged' }), 'not-the-author');
      const edited = await ada().patch(`${path}/0`, { text: 'new' });
      expect(edited.status).toBe(200);
      expect(edited.body).toMatchObject({ seq: 0, text: 'new', editedAt: expect.any(String) as string });
      expect(edited.body).not.toHaveProperty('html');
      expect(edited.headers).toMatchObject({ etag: '"1"', 'hansard-position': expect.any(String) as string });
      expect((await ada().get(path)).body.items).toEqual([edited.body]);
      expect((await ada().post(path, { text: 'next' })).body.seq).toBe(2);
    });

    it('is edited only as it was read, and not at all when nothing would change', async () => {
      const path = await messages();
      await ada().post(path, { text: 'old' });
      await ada().patch(`${path}/0`, { text: 'new' }, { ifMatch: '"0"' });
      expectRefused(await ada().patch(`${path}/0`, { text: 'late' }, { ifMatch: '"0"' }), 'revision-conflict');
      expectRefused(await mona().delete(`${path}/0`, { ifMatch: '"0"' }), 'revision-conflict');
      const since = node.position;
      const same = await ada().patch(`${path}/0`, { text: 'new' }, { ifMatch: '"1"' });
      expect([same.status, same.headers['etag']]).toEqual([200, '"1"']);
      expect(await node.logged('MessageEdited', since)).toEqual([]);
    });

    it('is redacted by managers: its text is gone from everywhere but the log', async () => {
      const path = await messages();
      await ada().post(path, { text: 'a secret', kind: 'story', title: 'a secret', html: 'a secret' });
      await ada().patch(`${path}/0`, { text: 'a secret still' });
      const since = node.position;
      expectRefused(await ada().delete(`${path}/0`), 'not-a-manager');
      const redacted = await mona().send('DELETE', `${path}/0`, { reason: 'why' });
      expect(redacted.status).toBe(200);
      expect(redacted.body).toMatchObject({ seq: 0, text: '', redactedAt: expect.any(String) as string });
      expect(await mona().delete(`${path}/0`)).toMatchObject({ status: 200, body: redacted.body });
      expect(await node.logged('MessageRedacted', since)).toMatchObject([{ data: { seq: 0, reason: 'why' } }]);
      const room = path.split('/')[3] ?? '';
      for (const shown of [path, `${path}/0`, `${path}?around=0`, `/v1/events?room=${room}`])
        expect((await ada().get(shown)).text).not.toContain('a secret');
      expect((await ada().post(`/v1/rooms/${room}/join`)).text).not.toContain('a secret');
      expect((await node.as('ann', '+analyst').get(`/v1/streams/transcript-${room}`)).text).toContain('a secret still');
      expectRefused(await ada().patch(`${path}/0`, { text: 'back' }), 'message-redacted');
    });

    it('has the number of a post: edits, and numbers to come, are no messages', async () => {
      const path = await messages();
      await ada().post(path, { text: 'zero' });
      await ada().patch(`${path}/0`, { text: 'edited' });
      for (const seq of [1, 2, 9_007_199_254_740_991]) {
        expectRefused(await ada().get(`${path}/${seq}`), 'message-not-found');
        expectRefused(await ada().patch(`${path}/${seq}`, { text: 'x' }), 'message-not-found');
        expectRefused(await mona().delete(`${path}/${seq}`), 'message-not-found');
      }
      for (const seq of ['-1', 'x', '1.5', '01', '9007199254740992', '1e3', '%20'])
        expectRefused(await ada().get(`${path}/${seq}`), 'invalid-request');
    });

    it('survives edits and redactions at the same time, one after the other', async () => {
      const path = await messages();
      await ada().post(path, { text: 'zero' });
      const answers = await Promise.all([
        ...Array.from({ length: 6 }, (_, n) => ada().patch(`${path}/0`, { text: `edit ${n}` })),
        mona().delete(`${path}/0`),
        ...Array.from({ length: 6 }, (_, n) => ada().patch(`${path}/0`, { text: `late ${n}` })),
        ...Array.from({ length: 6 }, (_, n) => node.as('ben').post(path, { text: `post ${n}` })),
      ]);
      for (const answer of answers) if (answer.status >= 300) expectRefused(answer, 'message-redacted');
      const posted = await ada().post(path, { text: 'last' });
      const stream = await node.as('ann', '+analyst').get(`/v1/streams/transcript-${path.split('/')[3] ?? ''}`);
      const types = stream.text
        .split('\n')
        .slice(0, -1)
        .map((line) => /"hansard\.(\w+)\./.exec(line)?.[1]);
      expect(types).toHaveLength((posted.body.seq ?? 0) + 1);
      const redaction = types.indexOf('MessageRedacted');
      expect(redaction).toBeGreaterThan(0);
      expect(types.lastIndexOf('MessageEdited')).toBeLessThan(redaction);
      expect(types.filter((type) => type === 'MessageRedacted')).toHaveLength(1);
    });
  });
}
