import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must, type Client } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';
import { RawSocket } from './raw-socket.js';

describe('connections that do harm', () => {
  let program: Program;
  let world: World;
  let ada: Client;
  let roomId: string;

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
    ada = world.user('ada');
    roomId = (await world.rooms(1))[0] ?? '';
  });
  afterAll(() => program.dispose());

  const open = () => RawSocket.open(program.port);

  function post(length: number, body: string): string {
    return (
      `POST /v1/rooms/${roomId}/messages HTTP/1.1\r\nHost: hansard\r\nAuthorization: ${ada.authorization}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`
    );
  }

  async function othersAreServed(): Promise<void> {
    must(await world.user('other').get(`/v1/rooms/${roomId}`), 200);
  }

  async function isEmpty(): Promise<void> {
    expect(await world.history(ada, roomId)).toEqual([]);
    expect(await world.log(`&streams=transcript-${roomId}`)).toEqual([]);
  }

  it('that dribble their headers or their body, or say nothing, are closed; nothing of them is stored', async () => {
    const [headers, body, silent, cut] = await Promise.all([open(), open(), open(), open()]);
    const text = `{"text":"${'x'.repeat(500)}"}`;
    headers.dribble(`GET /v1/me HTTP/1.1\r\nHost: hansard\r\nX-Long: ${'x'.repeat(500)}\r\n\r\n`);
    body.send(post(text.length, ''));
    body.dribble(text);
    cut.send(post(text.length, text.slice(0, 100)));
    await othersAreServed();
    await Promise.all([headers.end('dribbled headers'), silent.end('a silent connection')]);
    await othersAreServed();
    await Promise.all([body.end('a dribbled body'), cut.end('half a body')]);
    for (const { statuses } of [headers, body, cut]) expect([[], [408]]).toContainEqual(statuses);
    await isEmpty();
    await othersAreServed();
  }, 120_000);

  it('that end in the middle of a body store nothing', async () => {
    const connections = await Promise.all(Array.from({ length: 50 }, open));
    const text = '{"text":"half of it"}';
    for (const [index, connection] of connections.entries()) {
      connection.send(post(text.length, text.slice(0, index % text.length)));
      if (index % 2) connection.socket.end();
      else connection.socket.resetAndDestroy();
    }
    await until(() => connections.every(({ closed }) => closed), 'all connections to be gone');
    await isEmpty();
    await othersAreServed();
  });

  it('that stay open by the hundred hold up nobody', async () => {
    const connections = await Promise.all(Array.from({ length: 400 }, open));
    for (const [index, connection] of connections.entries()) if (index % 2) connection.send('GET /v1/me HT');
    await othersAreServed();
    for (const { socket } of connections) socket.destroy();
  });

  it.each([
    ['garbage behind a request', 'GET /livez HTTP/1.1\r\nHost: h\r\n\r\n\u0001\u0002garbage\r\n\r\n'],
    [
      'a length that is said twice',
      'POST /livez HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    ],
    [
      'a length beside chunks',
      'POST /livez HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a chunk of no size', 'POST /v1/rooms HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a length below zero', 'POST /v1/rooms HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n'],
    ['a method that nobody knows', 'STEAL /livez HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['a header with a line feed in its name', 'GET /livez HTTP/1.1\r\nHost: h\r\nX\n-Y: z\r\n\r\n'],
    ['the first bytes of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ])('that say %s are refused by a problem and closed', async (_what, bytes) => {
    const connection = await open();
    connection.send(Buffer.from(bytes, 'latin1'));
    await connection.end('it');
    expect(connection.statuses.at(-1)).toBe(400);
    expect(connection.body).toMatchObject({ status: 400, code: 'invalid-request' });
    await othersAreServed();
  });

  it('with a mountain of headers are told so by a problem of 431', async () => {
    const connection = await open();
    connection.send(`GET /v1/me HTTP/1.1\r\nHost: h\r\n${`X-Pad: ${'x'.repeat(1_000)}\r\n`.repeat(40)}\r\n`);
    await connection.end('it');
    expect(connection.statuses).toEqual([431]);
    expect(connection.received).toMatch(/^content-type: application\/problem\+json/im);
    expect(connection.body).toMatchObject({ status: 431, code: 'headers-too-large' });
    await othersAreServed();
  });

  it('that pipeline requests are answered in order', async () => {
    const connection = await open();
    const texts = ['one', 'two', 'three'].map((text) => JSON.stringify({ text }));
    connection.send(texts.map((text) => post(text.length, text)).join(''));
    await until(
      () => connection.statuses.length === 3,
      () => `three answers; there is ${connection.received}`,
    );
    expect(connection.statuses).toEqual([201, 201, 201]);
    await expect
      .poll(async () => (await world.history(ada, roomId)).map(({ text }) => text))
      .toEqual(['one', 'two', 'three']);
    connection.socket.destroy();
  });
});
