import type { Row } from '../../../src/projections/read-models.js';

export const ROOMS = ['lobby', 'desk', 'legal', 'risk', 'ops'];
export const AUTHORS = ['ada', 'bob', 'carl', 'dora'];
export const KINDS = ['normal', 'alert', 'story'];

/** Texts that a search has to tell apart; each is a message, and some of them are many. */
const TEXTS = [
  'the merger closes on friday',
  'the merger does not close',
  'merger',
  'friday the merger',
  'the the the',
  'a well-known problem of well known people',
  'known well',
  'std-vec and foo-bar-baz',
  'foo bar baz',
  'foo-bar baz',
  'bar foo',
  'price price price of the price',
  'pricing prices priced pri',
  'reprice the enterprise',
  'ticket #4521 is open',
  'see #4522 and 4521',
  'AND OR NOT NEAR',
  'NEAR( merger closes )',
  'say "the merger" * - ^ : + ( ) { }',
  'words:the parts:merger -the the*',
  "it's 100% of 'all' \\ / ; -- DROP TABLE",
  'crème brûlée naïve Ångström',
  'creme brulee naive angstrom',
  'cre\u0300me combining e\u0301',
  '東京 都庁 会議 資料',
  '会議 東京',
  'emoji 😀 😀😀 👩‍👩‍👧 done',
  'private \ue000\ue001 use',
  'line\u2028separator and\u00a0space',
  'null\u0000inside token',
  'line\nbreak token',
  'lone \ud800 and \udfff surrogates',
  'highest \u{10ffff} and \u{10fffe} points',
  'a',
  'i o u',
  'antidisestablishmentarianism is a long word',
  `long ${'lorem ipsum dolor '.repeat(60)}end`,
  '',
];

export interface MessageLike {
  readonly roomId: string;
  readonly seq: number;
  readonly position: number;
  readonly kind: string;
  readonly text: string;
  readonly author: Readonly<{ id: string; name: string }>;
  readonly time: string;
}

const SECOND = 1000;

/** A message like those of the messages' read model. Places have gaps, and hits lie far apart. */
export function message(n: number, text: string, changes: Partial<MessageLike> = {}): MessageLike & Row {
  const id = AUTHORS[(n * 7) % AUTHORS.length] ?? '';
  return {
    roomId: ROOMS[(n * 3 + Math.floor(n / 11)) % ROOMS.length] ?? '',
    seq: n,
    position: n * 3001 + (n % 5),
    kind: KINDS[n % 7 === 0 ? 1 : n % 11 === 0 ? 2 : 0] ?? '',
    text,
    author: { id, name: id },
    time: timeOf(n),
    ...changes,
  };
}

/** Half an hour for each; every tenth message says an earlier time than the one before it. */
export function timeOf(n: number): string {
  const minutes = n * 30 - (n % 10 === 0 ? 45 : 0);
  return new Date(Date.UTC(2026, 9, 1) + minutes * 60 * SECOND).toISOString();
}

export const CORPUS: readonly (MessageLike & Row)[] = Array.from({ length: 6 }, (_, round) =>
  TEXTS.map((text, index) => message(1 + round * TEXTS.length + index, text)),
).flat();
