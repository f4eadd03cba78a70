import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must, type Client } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { StreamReader } from '../support/stream-reader.js';
import { until } from '../support/until.js';

const SLOW = 10;
const STORY = 'x'.repeat(60_000);
/** So many stories fill the sockets of a reader and the queue behind them several times over. */
const PATIENCE = 600;
/** What is said in the end: most of it after the readers were cut off. */
const STORIES = 700;

describe('readers who take nothing', () => {
  let program: Program;
  let world: World;

  beforeAll(async () => {
    program = await Program.started({ env: { HANSARD_STREAM_QUEUE_BYTES: '65536' } });
    world = new World(program);
  });
  afterAll(() => program.dispose());

  it('hold up nobody, are cut off when so much waits for them, and resume without a loss', async () => {
    const poster = world.user('poster');
    const quick = world.user('quick');
    const slow = world.users('slow', SLOW);
    const [roomId = ''] = await world.rooms(1);
    await world.join(roomId, poster, quick, ...slow);
    const open = (user: Client, more = {}) =>
      StreamReader.open(`${program.url}/v1/stream`, { ...user.headers, ...more });
    const quickOne = await open(quick);
    const slowOnes = await Promise.all(slow.map((user) => open(user)));
    await until(() => slowOnes.every(({ hello }) => hello), 'hello on every stream');
    for (const { response } of slowOnes) response.pause();

    let said = 0;
    const say = async () => {
      const story = { kind: 'story', title: String(said), text: STORY };
      must(await poster.post(`/v1/rooms/${roomId}/messages`, story), 201);
      said += 1;
    };
    const readers = () => world.metric('hansard_stream_readers');
    while (said < PATIENCE && (said % 10 > 0 || (await readers()) > 1)) await say();
    expect(said, 'stories until the slow readers were cut off').toBeLessThan(PATIENCE);
    while (said < STORIES) await say();
    await until(() => quickOne.texts.length === STORIES, 'the quick reader to have everything');

    const [one] = slowOnes;
    one?.response.resume();
    await until(() => one?.ended, 'the slow reader to see that it was cut off');
    expect(one?.complete).toBe(false);
    const resumed = await open(slow[0] ?? quick, { 'last-event-id': one?.lastId });
    const titles = () => [...(one?.events ?? []), ...resumed.events].flatMap(({ envelope }) => titleOf(envelope));
    await until(() => titles().length >= STORIES, 'the slow reader to have everything');
    expect(titles()).toEqual(Array.from({ length: STORIES }, (_, n) => String(n)));
  });
});

function titleOf({ type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }) {
  return type === 'hansard.MessagePosted.v1' ? [data['title']] : [];
}
