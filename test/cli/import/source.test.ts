import { expect, it } from 'vitest';
import { factsOf } from '../../../src/cli/import/irc/source.js';

function facts(path: string) {
  const { room, day } = factsOf(path);
  return { room, day: day === undefined ? undefined : new Date(day * 86_400_000).toISOString().slice(0, 10) };
}

it.each([
  ['logs/#rust.2018-05-29.log', 'rust', '2018-05-29'],
  ['rust_20180529.log', 'rust', '2018-05-29'],
  ['rust-2018-05-29.txt', 'rust', '2018-05-29'],
  ['2018-05-29-#rust.log', 'rust', '2018-05-29'],
  ['ada_libera_#rust_20180529.log', 'rust', '2018-05-29'],
  ['libera-#rust.log', 'rust', undefined],
  ['irc.libera.#rust.weechatlog', 'rust', undefined],
  ['logs/irc.libera.##c.weechatlog', '#c', undefined],
  ['libera/#rust/2018-05-29.log', 'rust', '2018-05-29'],
  ['2006/04/30/%23ubuntu-meeting.txt', 'ubuntu-meeting', '2006-04-30'],
  ['ubuntu-meeting.0.txt', 'ubuntu-meeting', undefined],
  ['rust.log', 'rust', undefined],
  ['日本語.log', '日本語', undefined],
  ['rust_20181345.log', 'rust_20181345', undefined],
  ['100%.log', '100%', undefined],
])('%s', (path, room, day) => {
  expect(facts(path)).toEqual({ room, day });
});
