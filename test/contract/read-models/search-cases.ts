import type { Search } from '../../../src/projections/read-models.js';
import type { Term, TextQuery } from '../../../src/projections/search/text-query.js';
import { CORPUS, KINDS, ROOMS, timeOf } from './search-corpus.js';

type Asked = Partial<Omit<Search, 'table' | 'query'>>;

export interface SearchCase {
  readonly name: string;
  readonly search: Omit<Search, 'table'>;
  /** Something is found, or nothing, however texts are made into tokens. */
  readonly finds?: boolean | undefined;
}

export function searchFor(query: Partial<TextQuery>, asked: Asked = {}): Omit<Search, 'table'> {
  const whole = { all: [], none: [], labels: [], withoutLabels: [], ...query };
  return { order: 'newest', limit: 1000, ...asked, query: whole };
}

export function phrase(...words: readonly string[]): Term {
  return { kind: 'phrase', words, parts: words };
}

export function whole(...words: readonly string[]): Term {
  return { kind: 'phrase', words };
}

export function prefix(...words: readonly string[]): Term {
  return { kind: 'prefix', words, parts: words };
}

export function inside(part: string): Term {
  return { kind: 'inside', part };
}

const rooms = (...names: readonly string[]) => names.map((name) => `room:${name}`);
const manyRooms = (from: number) => Array.from({ length: 5000 }, (_, n) => `room:r${n + from}`);
const [, second = '', third = ''] = ROOMS;
const merger = { all: [phrase('merger')] };
const found = true;
const nothing = false;

function asked(name: string, query: Partial<TextQuery>, finds?: boolean, more: Asked = {}): SearchCase {
  return { name, search: searchFor(query, more), finds };
}

const WORDS: readonly SearchCase[] = [
  asked('a word', merger, found),
  asked('a word that no text has', { all: [phrase('nowhere')] }, nothing),
  asked('a word at the beginning', { all: [phrase('ticket')] }, found),
  asked('a word at the end', { all: [phrase('end')] }, found),
  asked('a word that is a whole text', { all: [phrase('antidisestablishmentarianism')] }, found),
  asked('two words', { all: [phrase('merger'), phrase('friday')] }, found),
  asked('two words of which one is nowhere', { all: [phrase('merger'), phrase('nowhere')] }, nothing),
  asked('the same word twice', { all: [phrase('merger'), phrase('merger')] }, found),
  asked('a word that a text has often', { all: [phrase('price')] }, found),
  asked('a word with an accent', { all: [phrase('crème')] }),
  asked('a word without its accent', { all: [phrase('creme')] }),
  asked('a combining accent', { all: [phrase('cre\u0300me')] }),
  asked('an emoji', { all: [phrase('😀')] }),
  asked('a family of emoji', { all: [phrase('👩‍👩‍👧')] }),
  asked('CJK', { all: [phrase('会議')] }),
  asked('a number sign', { all: [phrase('#4521')] }),
  asked('private use', { all: [phrase('\ue000\ue001')] }),
  asked('a line separator inside', { all: [phrase('line\u2028separator')] }),
  asked('a NUL inside', { all: [phrase('null\u0000inside')] }),
  asked('what is behind a NUL', { all: [phrase('null')] }),
  asked('a line break inside', { all: [phrase('line\nbreak')] }),
  asked('a lone high surrogate', { all: [phrase('\ud800')] }),
  asked('another lone surrogate, which no text has', { all: [phrase('\ud801')] }, nothing),
  asked('the replacement character, which no text has', { all: [phrase('\ufffd')] }, nothing),
  asked('the highest code point', { all: [phrase('\u{10ffff}')] }),
  asked('the empty token', { all: [phrase('')] }, nothing),
  asked('a phrase of no tokens', { all: [phrase()] }, nothing),
];

const PHRASES: readonly SearchCase[] = [
  asked('a phrase', { all: [phrase('the', 'merger')] }, found),
  asked('a phrase the other way round', { all: [phrase('merger', 'the')] }),
  asked('a phrase at the beginning of a text', { all: [phrase('friday', 'the', 'merger')] }, found),
  asked('a phrase at the end of a text', { all: [phrase('on', 'friday')] }, found),
  asked('a phrase that is a text', { all: [phrase('the', 'merger', 'closes', 'on', 'friday')] }, found),
  asked('a phrase longer than the text', { all: [phrase('the', 'merger', 'closes', 'on', 'friday', 'the')] }, nothing),
  asked(
    'no phrase from the end of one text into the next',
    { all: [phrase('friday', 'the', 'merger', 'does')] },
    nothing,
  ),
  asked('words of a phrase with others between', { all: [phrase('merger', 'friday')] }, nothing),
  asked('a phrase of one word again and again', { all: [phrase('the', 'the', 'the')] }, found),
  asked('that phrase once more than it is there', { all: [phrase('the', 'the', 'the', 'the')] }, nothing),
  asked('a phrase deep in a long text', { all: [phrase('dolor', 'lorem', 'ipsum')] }, found),
  asked('a phrase across a long text', { all: [phrase('ipsum', 'dolor', 'end')] }, found),
  asked('a phrase of CJK', { all: [phrase('会議', '資料')] }),
  asked('a phrase with a hostile token', { all: [phrase('say', '"the', 'merger"', '*')] }),
  asked('two phrases', { all: [phrase('does', 'not'), phrase('not', 'close')] }, found),
];

const COMPOUNDS: readonly SearchCase[] = [
  asked('a compound', { all: [whole('well-known')] }),
  asked('a part of a compound', { all: [phrase('well')] }, found),
  asked('a part of a compound among whole words', { all: [whole('bar')] }, found),
  asked('parts of a compound next to each other', { all: [phrase('well', 'known')] }, found),
  asked('the same among whole words', { all: [whole('well', 'known')] }, found),
  asked('a phrase from a compound into the next word', { all: [phrase('bar', 'baz')] }, found),
  asked('a compound as words, other words as parts', {
    all: [{ kind: 'phrase', words: ['foo-bar'], parts: ['known', 'problem'] }],
  }),
  asked('no phrase half of words and half of parts', { all: [phrase('foo', 'bar-baz')] }),
  asked('empty parts', { all: [{ kind: 'phrase', words: ['nowhere'], parts: [] }] }, nothing),
];

const PREFIXES: readonly SearchCase[] = [
  asked('a prefix', { all: [prefix('pri')] }, found),
  asked('a prefix that is a whole word', { all: [prefix('merger')] }, found),
  asked('a prefix of one letter', { all: [prefix('p')] }, found),
  asked('a prefix that nothing begins with', { all: [prefix('zzz')] }, nothing),
  asked('a prefix of a part', { all: [prefix('kno')] }, found),
  asked('a prefix among whole words', { all: [{ kind: 'prefix', words: ['kno'] }] }, found),
  asked('a phrase whose last word is begun', { all: [prefix('the', 'mer')] }, found),
  asked('a phrase whose last word is begun, and is nowhere', { all: [prefix('the', 'zzz')] }, nothing),
  asked('a phrase of which only the first word is begun', { all: [prefix('th', 'merger')] }, nothing),
  asked('a begun emoji', { all: [prefix('😀')] }),
  asked('a prefix and a word', { all: [prefix('pri'), phrase('of')] }, found),
  asked('a prefix with a star of its own', { all: [prefix('the*')] }),
];

const INSIDE: readonly SearchCase[] = [
  asked('inside a word', { all: [inside('erge')] }, found),
  asked('inside, at its beginning', { all: [inside('mer')] }, found),
  asked('inside, at its end', { all: [inside('ger')] }, found),
  asked('inside, a whole word', { all: [inside('merger')] }, found),
  asked('inside many words', { all: [inside('pri')] }, found),
  asked('inside no word', { all: [inside('zzz')] }, nothing),
  asked('inside, but over two words', { all: [inside('merger closes')] }, nothing),
  asked('inside a compound', { all: [inside('ell-kno')] }),
  asked('inside with an accent', { all: [inside('ûlé')] }),
  asked('inside emoji', { all: [inside('👩‍👩')] }),
  asked('inside, with what a pattern would be', { all: [inside('%__')] }, nothing),
  asked('inside, with digits that a stored surrogate has', { all: [inside('00d80')] }, nothing),
  asked('inside, over lines', { all: [inside('e\nb')] }),
  asked('inside, and a word', { all: [inside('erge'), phrase('closes')] }, found),
];

const WITHOUT: readonly SearchCase[] = [
  asked('a word without another', { ...merger, none: [phrase('friday')] }, found),
  asked('a word without itself', { ...merger, none: [phrase('merger')] }, nothing),
  asked('a word without a phrase', { ...merger, none: [phrase('the', 'merger')] }, found),
  asked('a word without a prefix', { ...merger, none: [prefix('clo')] }, found),
  asked('a word without what is inside', { ...merger, none: [inside('ose')] }, found),
  asked('a word without many', { ...merger, none: [phrase('does'), phrase('say'), phrase('nowhere')] }, found),
  asked('no word at all, without one', { none: [phrase('the')] }, found),
];

const LABELS: readonly SearchCase[] = [
  asked('everything', {}, found),
  asked('one room', { labels: [rooms(second)] }, found),
  asked('a word in one room', { ...merger, labels: [rooms(second)] }, found),
  asked('a word in two rooms', { ...merger, labels: [rooms(second, third)] }, found),
  asked('a word in all rooms', { ...merger, labels: [rooms(...ROOMS)] }, found),
  asked('a word in rooms that are not there', { ...merger, labels: [rooms('x', 'y')] }, nothing),
  asked('a word in no rooms', { ...merger, labels: [[]] }, nothing),
  asked('no rooms beside some', { labels: [rooms(...ROOMS), []] }, nothing),
  asked('5,000 rooms', { labels: [[...manyRooms(0), ...rooms(second)]] }, found),
  asked('a word in 5,000 rooms', { ...merger, labels: [[...manyRooms(0), ...rooms(second, third)]] }, found),
  asked('a word in 5,000 rooms without it', { ...merger, labels: [manyRooms(0)] }, nothing),
  asked(
    '70 odd labels around the rooms',
    {
      labels: [[...Array.from({ length: 70 }, (_, n) => `\u{1f600}${n}`), ...rooms(third)]],
    },
    found,
  ),
  asked('an author in a room', { labels: [['author:ada'], rooms(...ROOMS)] }, found),
  asked('a word of an author', { ...merger, labels: [['author:ada']] }, found),
  asked('two authors, two rooms', { labels: [['author:ada', 'author:bob'], rooms(second, third)] }, found),
  asked('a kind', { labels: [['kind:alert']] }, found),
  asked('without a kind', { withoutLabels: ['kind:normal'] }, found),
  asked('without any kind', { withoutLabels: KINDS.map((kind) => `kind:${kind}`) }, nothing),
  asked('a word without an author', { ...merger, withoutLabels: ['author:ada'] }, found),
  asked('without a label that is not there', { ...merger, withoutLabels: ['room:x'] }, found),
  asked('the same label wanted and not', { labels: [['kind:alert']], withoutLabels: ['kind:alert'] }, nothing),
  asked('a label twice', { labels: [['kind:alert', 'kind:alert'], ['kind:alert']] }, found),
  asked('half a label', { labels: [['kind:al']] }, nothing),
  asked('a label with hostile signs', { labels: [['room:" OR 1=1 --', '*', "'"]] }, nothing),
  asked('a label of nothing', { labels: [['']] }, nothing),
];

const last = CORPUS.length;
const TIMES: readonly SearchCase[] = [
  asked('from a time, which is included', { from: timeOf(100) }, found),
  asked('until a time, which is not', { until: timeOf(100) }, found),
  asked('between times', { from: timeOf(50), until: timeOf(150) }, found),
  asked('one moment', { from: timeOf(51), until: timeOf(51).replace('.000Z', '.001Z') }, found),
  asked('no time between', { from: timeOf(51), until: timeOf(51) }, nothing),
  asked('times the wrong way round', { from: timeOf(150), until: timeOf(50) }, nothing),
  asked('after all', { from: timeOf(last + 100) }, nothing),
  asked('before all', { until: '2000-01-01T00:00:00.000Z' }, nothing),
  asked('a word between times', { ...merger, from: timeOf(20), until: timeOf(120) }, found),
  asked(
    'a word of an author in rooms between times, without another',
    {
      all: [phrase('the')],
      none: [phrase('closes')],
      labels: [['author:ada', 'author:bob', 'author:carl'], rooms(...ROOMS)],
      withoutLabels: ['kind:story'],
      from: timeOf(10),
      until: timeOf(last),
    },
    found,
  ),
];

const HOSTILE: readonly SearchCase[] = [
  ...[
    '"',
    '""',
    '*',
    'NEAR(',
    'AND',
    'OR',
    'NOT',
    '-',
    '^',
    ':',
    '+',
    '(',
    ')',
    '{',
    '}',
    "'",
    '\\',
    ';',
    '--',
    '%',
    '_',
  ].map((token) => asked(`the token ${token}`, { all: [phrase(token)] })),
  ...['words:the', 'parts:merger', '-the', 'the*', '"the', 'merger"', "'all'", 'w', 'pthe', 'wmerger'].map((token) =>
    asked(`the token ${token}`, { all: [phrase(token)], none: [whole('nowhere')] }),
  ),
  asked('a word of 100,000 letters', { all: [phrase('x'.repeat(100_000))] }, nothing),
  asked('a phrase of 10,000 words', { all: [phrase(...Array.from({ length: 10_000 }, () => 'the'))] }, nothing),
  asked('1,000 words', { all: Array.from({ length: 1000 }, () => phrase('the')) }, found),
];

const PAGES: readonly SearchCase[] = [
  asked('the first page', { all: [phrase('the')] }, found, { limit: 3 }),
  asked('hits left out', { all: [phrase('the')] }, found, { limit: 3, skip: 4 }),
  asked('all hits left out', { all: [phrase('the')] }, true, { limit: 3, skip: 1000 }),
  asked('below a place', { all: [phrase('the')] }, found, { limit: 3, before: CORPUS[120]?.position ?? 0 }),
  asked('below the first place', { all: [phrase('the')] }, found, { limit: 3, before: 1 }),
  asked('below a place, some left out', { all: [phrase('the')] }, found, { limit: 5, skip: 2, before: 400_000 }),
  asked('no hits but their number', { all: [phrase('the')] }, found, { limit: 0 }),
  asked('by relevance', { all: [phrase('price')] }, found, { order: 'relevance' }),
  asked('by relevance, of two words', { all: [phrase('the'), phrase('merger')] }, found, {
    order: 'relevance',
    limit: 7,
  }),
  asked('by relevance, some left out', { all: [phrase('the')] }, found, { order: 'relevance', limit: 7, skip: 5 }),
  asked('by relevance below a place', { all: [phrase('the')] }, found, {
    order: 'relevance',
    limit: 9,
    before: 300_000,
  }),
  asked('by relevance of no words', { labels: [['kind:alert']] }, found, { order: 'relevance', limit: 9 }),
  asked('by relevance of what is begun', { all: [prefix('pri')] }, found, { order: 'relevance', limit: 9 }),
];

export const CASES: readonly SearchCase[] = [
  ...WORDS,
  ...PHRASES,
  ...COMPOUNDS,
  ...PREFIXES,
  ...INSIDE,
  ...WITHOUT,
  ...LABELS,
  ...TIMES,
  ...HOSTILE,
  ...PAGES,
];
