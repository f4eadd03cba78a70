import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { must } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';

let program: Program;
let world: World;

beforeAll(async () => {
  program = await Program.started();
  world = new World(program);
});
afterAll(() => program.dispose());

it('read models that were deleted are built again from the log and answer the same, byte for byte', async () => {
  const ada = world.user('ada');
  const bob = world.user('bob');
  const rooms = await world.rooms(3, ada);
  for (const roomId of rooms) await world.join(roomId, ada, bob);
  await say(rooms);
  const [first = '', second = '', third = ''] = rooms;
  for (let seq = 0; seq < 40; seq += 4) {
    must(await bob.send('PATCH', `/v1/rooms/${first}/messages/${seq}`, { text: `edited ${seq}` }), 200);
    must(await ada.send('DELETE', `/v1/rooms/${first}/messages/${seq + 1}`, { reason: 'wrong' }), 200);
  }
  must(await ada.send('PATCH', `/v1/rooms/${second}`, { topic: 'kept', privacy: 'closed' }), 200);
  must(await ada.send('PUT', `/v1/rooms/${second}/members/user:bob`), 204);
  must(await ada.send('PUT', `/v1/rooms/${second}/managers/group:keepers`), 204);
  must(await ada.post(`/v1/rooms/${third}/disable`), 200);
  must(await bob.post(`/v1/rooms/${first}/part`), 204);
  must(await world.user('carol').get('/v1/me'), 200);
  must(await world.admin.post('/v1/users/carol/disable'), 200);
  await program.restart(); // who was in a room has left it: nothing changes any more but by being asked to

  const before = await answers(rooms);
  expect(Object.keys(before).length).toBeGreaterThan(20);
  await compare(rooms, before);
  await program.stop();
  const files = (await readdir(program.data)).filter((name) => name.startsWith('read-models'));
  expect(files).toContain('read-models.db');
  for (const name of files) await rm(join(program.data, name));
  await program.start();
  await compare(rooms, before);
});

async function compare(rooms: readonly string[], before: Readonly<Record<string, string>>): Promise<void> {
  for (const [asked, answer] of Object.entries(await answers(rooms))) expect(answer, asked).toBe(before[asked]);
}

async function say(rooms: readonly string[]): Promise<void> {
  const [ada, bob] = [world.user('ada'), world.user('bob')];
  for (let n = 0; n < 120; n += 1) {
    const message =
      n % 10 === 9 ? { kind: 'story', title: `t ${n}`, text: '…', html: '<b>…</b>' } : { text: `said ${n}` };
    const reply = n > 10 && n % 7 === 0 ? { replyTo: 3 } : {};
    const path = `/v1/rooms/${rooms[n % 3] ?? ''}/messages`;
    must(await (n % 2 ? ada : bob).post(path, { ...message, ...reply }, { key: `say-${n}` }), 201);
  }
}

/** Body and ETag of what can be asked, by who asks and what. */
async function answers(rooms: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const user of [world.user('ada'), world.user('bob'), world.admin]) {
    const paths = ['/v1/me', '/v1/me/rooms', '/v1/rooms', '/v1/categories', '/v1/users', '/v1/users/carol'];
    for (const roomId of rooms) {
      const room = `/v1/rooms/${roomId}`;
      paths.push(room, ...['members', 'managers', 'participants'].map((list) => `${room}/${list}`));
      paths.push(
        ...['limit=7', 'after=-1&limit=500', 'before=20&limit=5', 'around=11&limit=9'].map(
          (at) => `${room}/messages?${at}`,
        ),
      );
      paths.push(...[0, 1, 2, 5].map((seq) => `${room}/messages/${seq}`));
    }
    for (const path of paths) {
      const { status, headers, text } = await user.get(path);
      found[`${user.id} ${path}`] =
        `${status} ${headers.etag ?? ''} ${status === 200 ? withoutCursors(text) : codeOf(text)}`;
    }
  }
  const again = { text: 'said 0' }; // bob's first post, which is not posted anew
  found['again'] = (await world.user('bob').post(`/v1/rooms/${rooms[0] ?? ''}/messages`, again, { key: 'say-0' })).text;
  return found;
}

/** They are sealed anew each time, so that no two are alike. */
function withoutCursors(text: string): string {
  return text.replace(/,"(next|prev)":"[^"]*"/g, '');
}

/** A problem carries the id of its request. */
function codeOf(text: string): string {
  return (JSON.parse(text) as { code: string }).code;
}
