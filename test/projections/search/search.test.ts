import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INDEXERS } from '../../../src/projections/search/indexers.js';
import { BORDER, indexedMessage } from '../../../src/projections/search/message-indexer.js';
import { planQuery } from '../../../src/projections/search/plan.js';
import { MAX_TOKEN, partsOf, wordsOf } from '../../../src/projections/search/tokens.js';
import { parseQuery } from '../../../src/projections/search/query.js';
import { matches } from '../../support/matches.js';
import { finds, indexed, message, NOON, planned, ROOMS } from './messages.js';
import { texts } from './texts.js';

describe('what is found', () => {
  test.each([
    ['banana', 'apple BANANA', true],
    ['nan', 'banana', false],
    ['cherry BANANA', 'banana cherry', true],
    ['"low sell"', 'buy low sell high', true],
    ['"low sell"', 'low and sell', false],
    ['tea -coffee', 'tea coffee', false],
    ['settl*', 'settlement', true],
    ['settl*', 'unsettling', false],
    ['"cafe zoe"', 'Café ZOË', true],
    ['caf*', 'Café', true],
    ['*dampfschiff*', 'Donaudampfschifffahrt', true],
    ['*oo_b*', 'foo_bar', true],
    ['*xyz*', `${'a'.repeat(MAX_TOKEN)}/xyz`, true],
  ])('%s in %s: %s', (q, text, found) => {
    expect(finds(q, text)).toBe(found);
  });

  test.each([
    ['foo', 'foo_bar', true],
    ['foo_bar', 'foo_bar', true],
    ['name', 'getName', true],
    ['getname', 'getName', true],
    ['getName', 'getname', true],
    ['"known fact"', 'a well-known fact', true],
    ['well-known', 'well known', true],
    ['well-known', 'well, as is known', false],
    ['mark-to-market', 'mark the market', false],
    ['20417', 'INC-20417', true],
    ['ada', '@ada', true],
    ['@ada', 'ada', false],
    ['c++', 'c', false],
    ['c', 'c++', true],
    ['foo_b*', 'foo_bar', true],
    ['get*', 'x getName', true],
    ['example.com', 'see https://example.com/report', true],
  ])('by parts of compounds: %s in %s: %s', (q, text, found) => {
    expect(finds(q, text)).toBe(found);
  });

  test.each([
    ['北京', '我们明天在北京开会', true],
    ['上海', '我们明天在北京开会', false],
    ['証券取引', '東京証券取引所', true],
    ['証券引取', '東京証券取引所', false],
    ['所', '東京証券取引所', true],
    ['証', '東京証券取引所', true],
    ['"取引所 の"', '取引所 の会議', true],
    ['"取引 の"', '取引所 の会議', false],
    ['北京上海', '北京 上海', false],
    ['*取引*', '東京証券取引所', true],
    ['서울', '오늘 서울에서', true],
    ['กิน', 'ฉันกินข้าว', true],
    ['第3章', '第3章', true],
    ['👍', 'ok👍🏽', true],
    ['-京', '北京', false],
  ])('in languages without spaces: %s in %s: %s', (q, text, found) => {
    expect(finds(q, text)).toBe(found);
  });

  test('every word and every part of a text finds it', () => {
    let tried = 0;
    fc.assert(
      fc.property(texts(), texts(6), (text, title) => {
        const made = indexed(text, { title });
        for (const source of [text, title]) {
          for (const { start, end } of [...wordsOf(source), ...partsOf(wordsOf(source))]) {
            const q = `"${source.slice(start, end)}"`;
            expect(matches(made, planned(q)), q).toBe(true);
            tried += 1;
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(tried).toBeGreaterThan(5_000);
  });

  test('a text finds itself, as a phrase and word by word', () => {
    let tried = 0;
    fc.assert(
      fc.property(texts(), (text) => {
        const plain = text.replace(/[-:*"“”„‟＂]/g, ' ');
        for (const q of [`"${plain}"`, plain]) {
          const query = parseQuery(q);
          if (query.kind === 'invalid') continue;
          expect(matches(indexed(plain), planQuery(query, ROOMS)), q).toBe(true);
          tried += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(tried).toBeGreaterThan(1_500);
  });
});

describe('the terms of a query', () => {
  const phrase = (words: readonly string[], parts?: readonly string[]) => ({
    kind: 'phrase',
    words,
    ...(parts && { parts }),
  });
  const prefix = (words: readonly string[], parts?: readonly string[]) => ({ ...phrase(words, parts), kind: 'prefix' });

  test.each([
    ['Tea', phrase(['tea'], ['tea'])],
    ['well-known', phrase(['well-known'], ['well', 'known'])],
    ['"a well-known fact"', phrase(['a', 'well-known', 'fact'], ['a', 'well', 'known', 'fact'])],
    ['@ada', phrase(['@ada'])],
    ['"hi @ada"', phrase(['hi', '@ada'])],
    ['foo_b*', prefix(['foo_b'], ['foo', 'b'])],
    ['@ad*', prefix(['@ad'])],
    ['北京', phrase(['北京'], ['北京'])],
    ['北京*', phrase(['北京'], ['北京'])],
    ['京', prefix(['京'], ['京'])],
    ['"北京 a"', phrase(['北京', '京', 'a'], ['北京', '京', 'a'])],
    ['*北京*', phrase(['北京'], ['北京'])],
    ['👍🏽*', phrase(['👍'], ['👍'])],
    ['*Oo-B*', { kind: 'inside', part: 'oo-b' }],
  ])('%s', (q, term) => {
    expect(planned(q).all).toEqual([term]);
    expect(planned(`x -${q}`).none).toEqual([term]);
  });
});

describe('labels and times of a query', () => {
  const inRoom = (q: string, roomId: string) => finds(q, 'hello', { roomId });

  test('only readable rooms are searched', () => {
    expect(inRoom('hello', 'r3')).toBe(true);
    expect(inRoom('hello', 'r4')).toBe(false);
    expect(inRoom('hello in:r4', 'r4')).toBe(false);
    expect(planned('x', { readable: [], roomsNamed: () => ['r1'] }).labels).toEqual([[]]);
    expect(planned('x in:desk', { readable: ['r2'], roomsNamed: () => ['r1', 'r2'] }).labels).toEqual([['room:r2']]);
  });

  test.each([
    ['hello in:desk', ['r1', 'r2']],
    ['hello in:r1', ['r1']],
    ['in:"two words"', ['r3']],
    ['in:desk in:r2', ['r2']],
    ['-in:desk', ['r3']],
    ['-in:nowhere', ['r1', 'r2', 'r3']],
    ['in:nowhere', []],
  ])('%s is in rooms %j', (q, rooms) => {
    expect(['r1', 'r2', 'r3', 'r4'].filter((room) => inRoom(q, room))).toEqual(rooms);
  });

  test('from: is a user, known or not', () => {
    const ada = { author: { id: 'ada' } };
    expect(
      ['from:ada', '-from:bob', 'from:ADA', '-from:ada', 'from:nobody'].map((q) => finds(q, 'hello', ada)),
    ).toEqual([...[true, true, false, false, false]]);
    expect(finds('from:"a b%"', 'hello', { author: { id: 'a b%' } })).toBe(true);
    expect(planned('from:\ud800').labels[1]).toEqual(['author:%EF%BF%BD']);
  });

  test('after: begins with its time, before: ends before it', () => {
    const q = (text: string) => finds(text, 'hello', { time: NOON });
    expect([q(`after:${NOON}`), q(`before:${NOON}`), q('after:2026-11-23'), q('before:2026-11-23')]).toEqual([
      ...[true, false, true, false],
    ]);
    expect(q('after:2026-11-23 after:2026-11-24')).toBe(false);
    expect(q('before:2026-11-24 before:2026-11-25')).toBe(true);
  });

  test.each([
    ['is:alert', { kind: 'alert' }],
    ['is:story', { kind: 'story' }],
    ['has:file', { files: ['f1'] }],
  ])('%s', (q, more) => {
    expect([finds(q, 'x', more), finds(q, 'x'), finds(`-${q}`, 'x', more), finds(`-${q}`, 'x')]).toEqual([
      ...[true, false, false, true],
    ]);
  });

  test.each([
    ['see https://example.com/report', true],
    ['(HTTP://x)', true],
    ['www.example.com', true],
    ['链接https://x.cn', true],
    ['http://', false],
    ['awww.cute', false],
    ['example.com', false],
  ])('has:link in %s: %s', (text, found) => {
    expect(finds('has:link', text)).toBe(found);
    expect(finds('has:link', 'x', { title: text })).toBe(found);
  });
});

describe('a message as the index keeps it', () => {
  test('everything of it', () => {
    const made = indexed('Hello well-known', {
      title: 'A tale',
      kind: 'story',
      roomId: 'r 1',
      files: ['f'],
      position: 12,
    });
    expect(made).toEqual({
      place: 12,
      time: NOON,
      words: ['a', 'tale', BORDER, 'hello', 'well-known'],
      parts: ['a', 'tale', BORDER, 'hello', 'well', 'known'],
      labels: ['room:r%201', 'author:ada', 'kind:story', 'has:file'],
    });
  });

  test('a text without compounds has no parts', () => {
    expect(indexed('hello world').parts).toEqual([]);
  });

  test('no phrase reaches from the title into the text', () => {
    const more = { title: 'tale of' };
    expect(finds('"of two"', 'two cities', more)).toBe(false);
    expect(finds('of two', 'two cities', more)).toBe(true);
    expect(finds('"of ¶ two"', 'two cities', more)).toBe(false);
  });

  test('a redacted message is not kept', () => {
    expect(indexedMessage(message('', { redactedAt: NOON }))).toBeUndefined();
    expect(INDEXERS.messages(message('', { redactedAt: NOON }))).toBeUndefined();
  });

  test('the indexer of the table is this one', () => {
    expect(INDEXERS.messages(message('x-y'))).toEqual(indexed('x-y'));
  });
});
