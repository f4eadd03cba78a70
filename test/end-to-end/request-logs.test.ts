import { afterAll, beforeAll, expect, it } from 'vitest';
import { must } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';

let program: Program;
let world: World;

beforeAll(async () => {
  program = await Program.started({ env: { HANSARD_LOG_LEVEL: 'debug' } });
  world = new World(program);
});
afterAll(() => program.dispose());

type Line = Readonly<Record<string, unknown>>;

function linesOf(correlationId: string): readonly Line[] {
  const lines = program.output.split('\n').flatMap((line): Line[] => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return []; // cut off, or talk
    }
  });
  return lines.filter((line) => line['correlationId'] === correlationId && line['type'] !== 'PrincipalRegistered');
}

it('a request is told by its correlation id, from the edge to its place in the log, without what was said', async () => {
  const ada = world.user('ada');
  const [roomId = ''] = await world.rooms(1);
  await world.join(roomId, ada);
  const headers = { 'x-request-id': 'trace-1' };
  const message = { kind: 'story', title: 'a quiet title', text: 'a secret text', html: '<b>a secret text</b>' };
  must(await ada.post(`/v1/rooms/${roomId}/messages`, message, { headers, key: 'a-secret-key' }), 201);
  const [appended, answered] = await until(
    () => (linesOf('trace-1').length === 2 ? linesOf('trace-1') : undefined),
    () => `two lines: ${program.output}`,
  );
  const stream = `transcript-${roomId}`;
  expect(appended).toMatchObject({ msg: 'append', level: 'debug', stream, type: 'MessagePosted', revision: 0 });
  expect(appended?.['position']).toBeGreaterThan(0);
  const route = '/v1/rooms/:id/messages';
  expect(answered).toMatchObject({ msg: 'request', level: 'debug', method: 'POST', route, status: 201, user: 'ada' });
  expect(answered?.['ms']).toBeGreaterThan(0);
});

it('one that is refused is said at info with its code, whatever its address holds', async () => {
  const headers = { 'x-request-id': 'trace-2' };
  must(await world.user('eve').get('/v1/rooms/no-room?ticket=a-secret-ticket', { headers }), 400, 404);
  await until(() => linesOf('trace-2').length > 0, 'its line');
  expect(linesOf('trace-2')).toMatchObject([{ level: 'info', route: '/v1/rooms/:id', user: 'eve' }]);
  expect(linesOf('trace-2')[0]?.['code']).toMatch(/^[a-z-]+$/);
  // What it says at its start names example tokens.
  const logged = program.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n');
  expect(logged).toContain('trace-1');
  for (const secret of ['a secret text', 'a quiet title', 'a-secret', 'dev-ada', 'dev-eve', 'Bearer'])
    expect(logged).not.toContain(secret);
});
