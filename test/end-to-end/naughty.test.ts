import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { body, must, type Answer, type Client } from '../harness/client.js';
import { typeOf, World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { StreamReader } from '../support/stream-reader.js';
import { until } from '../support/until.js';
import { NAUGHTY, NO_TEXT } from './naughty.js';

const room = z.looseObject({ id: z.string(), name: z.string(), topic: z.string(), description: z.string() });
const category = z.looseObject({ id: z.string(), name: z.string(), description: z.string() });
const problem = z.looseObject({ code: z.string(), status: z.int() });

describe('texts that programs stumble over', () => {
  let program: Program;
  let world: World;
  let ada: Client;

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
    ada = world.user('ada', 'admin');
  });
  afterAll(() => program.dispose());

  /** A clear no, which is not the server's fault. */
  function refused(answer: Answer): void {
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body(answer, answer.status, problem).code).toBeTruthy();
  }

  it('come back as messages, edits and on the stream byte for byte, also after a kill', async () => {
    const [roomId = ''] = await world.rooms(1, ada);
    await world.join(roomId, ada);
    const stream = await StreamReader.open(`${program.url}/v1/stream`, ada.headers);
    await until(() => stream.hello, 'hello');
    const path = `/v1/rooms/${roomId}/messages`;
    for (const text of NAUGHTY) {
      expect(body(await ada.post(path, { text }), 201, z.looseObject({ text: z.string() })).text).toBe(text);
    }
    const edited = [...NAUGHTY.slice(1), ...NAUGHTY.slice(0, 1)];
    for (const [seq, text] of edited.entries()) must(await ada.send('PATCH', `${path}/${seq}`, { text }), 200);
    const told = (type: string) =>
      stream.events.filter(({ event }) => event === type).map(({ envelope }) => envelope.data['text']);
    await until(() => told('MessageEdited').length === edited.length, 'everything on the stream');
    expect(told('MessagePosted')).toEqual(NAUGHTY);
    expect(told('MessageEdited')).toEqual(edited);
    await program.kill();
    await program.start();
    expect((await world.history(ada, roomId)).map(({ text }) => text)).toEqual(edited);
    const log = await world.log(`&streams=transcript-${roomId}`);
    const posted = log.filter((event) => typeOf(event) === 'MessagePosted');
    expect(posted.map(({ data }) => data['text'])).toEqual(NAUGHTY);
  });

  it('come back as names, topics, descriptions and reasons, or are refused by a clear 4xx', async () => {
    const [roomId = ''] = await world.rooms(1, ada);
    const { categoryId } = body(await ada.get(`/v1/rooms/${roomId}`), 200, z.looseObject({ categoryId: z.string() }));
    for (const text of NAUGHTY) {
      const made = await ada.post('/v1/rooms', { name: text, categoryId, topic: text, description: text });
      if (made.status === 201) {
        const { id, ...kept } = body(await ada.get(`/v1/rooms/${body(made, 201, room).id}`), 200, room);
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(kept).toMatchObject({ name: text.trim(), topic: text, description: text });
      } else refused(made);
      const changed = await ada.send('PATCH', `/v1/rooms/${roomId}`, { topic: text });
      if (changed.status === 200) expect(body(changed, 200, room).topic).toBe(text);
      else refused(changed);
      const filed = await ada.post('/v1/categories', { name: text, description: text });
      if (filed.status === 201)
        expect(body(filed, 201, category)).toMatchObject({ name: text.trim(), description: text });
      else refused(filed);
      const { seq } = body(
        await ada.post(`/v1/rooms/${roomId}/messages`, { text }),
        201,
        z.looseObject({ seq: z.int() }),
      );
      const redacted = await ada.send('DELETE', `/v1/rooms/${roomId}/messages/${seq}`, { reason: text });
      if (redacted.status !== 200) refused(redacted);
      const found = await ada.get(`/v1/rooms?q=${encodeURIComponent(text)}`);
      if (found.status !== 200) refused(found);
    }
    const log = await world.log(`&streams=transcript-${roomId}&types=MessageRedacted`);
    expect(log.map(({ data }) => data['reason'])).toEqual(NAUGHTY);
  });

  it('that are no text are refused everywhere, and nothing of them is stored', async () => {
    const [roomId = ''] = await world.rooms(1, ada);
    const { categoryId } = body(await ada.get(`/v1/rooms/${roomId}`), 200, z.looseObject({ categoryId: z.string() }));
    const before = (await world.log()).length;
    for (const json of NO_TEXT) {
      for (const member of ['text', 'html', 'title', 'kind']) {
        refused(await ada.post(`/v1/rooms/${roomId}/messages`, `{"text":"x","kind":"story","${member}":${json}}`));
      }
      for (const member of ['name', 'topic', 'description', 'categoryId']) {
        refused(await ada.post('/v1/rooms', `{"name":"x","categoryId":"${categoryId}","${member}":${json}}`));
        refused(await ada.send('PATCH', `/v1/rooms/${roomId}`, `{"${member}":${json}}`));
      }
    }
    expect(await world.log()).toHaveLength(before);
  });
});
