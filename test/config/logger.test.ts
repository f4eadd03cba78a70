import { expect, it } from 'vitest';
import { makeLogger } from '../../src/logger.js';

function capture(level: 'info' | 'warn' = 'info') {
  const lines: string[] = [];
  const logger = makeLogger({ log: { level }, node: { id: 'n1', url: '' } }, { write: (line) => lines.push(line) });
  return { lines, logger };
}

it('a line is JSON with a named level, time, node and subsystem', () => {
  const { lines, logger } = capture();
  logger.child({ part: 'archive' }).info({ window: 3 }, 'window published');
  const line: unknown = JSON.parse(lines.join(''));
  expect(line).toMatchObject({ level: 'info', node: 'n1', part: 'archive', window: 3, msg: 'window published' });
});

it('tokens and what was written never reach a line, however deep they are', () => {
  const { lines, logger } = capture();
  const said = { text: 'SAID', html: 'SAID', title: 'SAID' };
  logger.info({ req: { headers: { authorization: 'Bearer SAID', cookie: 'SAID' } }, token: 'SAID', body: said }, 'a');
  logger.info({ event: { data: { ...said } }, message: said }, 'b');
  logger.child({ part: 'api' }).info({ ...said, answer: { ticket: 'SAID' } }, 'c');
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain('SAID');
});

it('below the level nothing is written', () => {
  const { lines, logger } = capture('warn');
  logger.info({}, 'quiet');
  logger.warn({}, 'loud');
  expect(lines).toHaveLength(1);
});
