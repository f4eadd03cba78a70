import type { ReadModels, Search } from '../../src/projections/read-models.js';
import type { TextQuery } from '../../src/projections/search/text-query.js';
import { Dice, ROOMS } from './search-corpus.js';

export const QUERIES = 200;
const LIMIT_MS = 20;
const dice = new Dice(3);

/** Texts to make queries of. */
export class Sample {
  readonly texts: (readonly string[])[] = [];
  readonly frequency = new Map<string, number>();

  add(words: readonly string[]): void {
    this.texts.push(words);
    for (const word of new Set(words)) this.frequency.set(word, (this.frequency.get(word) ?? 0) + 1);
  }
}

type Make = () => Partial<Omit<Search, 'query'>> & { readonly query: Partial<TextQuery> };

function classesOf(sample: Sample): Readonly<Record<string, Make>> {
  const byFrequency = [...sample.frequency].sort(([, one], [, other]) => other - one).map(([word]) => word);
  const common = byFrequency.slice(0, 50);
  const middle = byFrequency.slice(50, 1000);
  const rare = byFrequency.slice(-Math.ceil(byFrequency.length / 3));
  const phrase = (length: number) => {
    const words = dice.of(sample.texts.filter((text) => text.length >= length));
    const from = dice.below(words.length - length + 1);
    return words.slice(from, from + length);
  };
  const word = (text: string) => ({ kind: 'phrase' as const, words: [text], parts: [text] });
  const cjk = () => dice.of(sample.texts.filter(([first]) => /\p{Script=Han}/u.test(first ?? ''))).slice(0, 2);
  const month = (n: number) => new Date(Date.UTC(2024, 10 + n)).toISOString();
  return {
    'rare word': () => ({ query: { all: [word(dice.of(rare))] } }),
    'middle word': () => ({ query: { all: [word(dice.of(middle))] } }),
    'common word': () => ({ query: { all: [word(dice.of(common))] } }),
    'two words': () => ({ query: { all: [word(dice.of(common)), word(dice.of(middle))] } }),
    phrase: () => ({ query: { all: [{ kind: 'phrase', words: phrase(2 + dice.below(2)) }] } }),
    'phrase of common words': () => ({
      query: { all: [{ kind: 'phrase', words: [dice.of(common), dice.of(common)] }] },
    }),
    prefix: () => {
      const begun = dice.of(dice.of(sample.texts.filter((text) => text.length > 0))).slice(0, 2 + dice.below(3));
      return { query: { all: [{ kind: 'prefix', words: [begun], parts: [begun] }] } };
    },
    'sender and date': () => {
      const from = dice.below(21);
      const labels = [[`author:u${dice.below(100)}`]];
      return { query: { all: [word(dice.of(common))], labels, from: month(from), until: month(from + 3) } };
    },
    'common word and date': () => {
      const from = dice.below(21);
      return { query: { all: [word(dice.of(common))], from: month(from), until: month(from + 3) } };
    },
    'relevance of common words': () => ({
      order: 'relevance',
      query: { all: [word(dice.of(common)), word(dice.of(common))] },
    }),
    CJK: () => ({ query: { all: [{ kind: 'phrase', words: cjk() }] } }),
    'nothing found': () => ({
      query: { all: [word(dice.of(common)), word(`${dice.of(common)}-${dice.below(999)}x`)] },
    }),
    inside: () => {
      const from = dice.of(middle.concat(rare).filter((found) => found.length > 5));
      return { query: { all: [{ kind: 'inside', part: from.slice(1, 4 + dice.below(2)) }] } };
    },
    'no words': () => ({ query: { labels: [[`author:u${dice.below(500)}`], ['kind:alert']] } }),
    'page 50': () => ({ skip: 980, query: { all: [word(dice.of(common))] } }),
    'middle word, 198 rooms': () => ({ query: { all: [word(dice.of(middle))], labels: [rooms(198)] } }),
    'middle word, 5,000 rooms': () => ({ query: { all: [word(dice.of(middle))], labels: [manyRooms()] } }),
  };
}

/** Prints what each class of queries takes; hits are counted at the median. */
export async function measureSearches(models: ReadModels, sample: Sample): Promise<void> {
  const warm = { all: [], none: [], labels: [rooms(50)], withoutLabels: [] };
  await models.search('messages', { table: 'messages', order: 'newest', limit: 20, query: warm });
  console.log(`${'class'.padEnd(28)}     p50     p99     max ms   CPU p50     p99 ms   hits (median)`);
  for (const [name, make] of Object.entries(classesOf(sample))) {
    const caller = rooms(50);
    const times: number[] = [];
    const cpus: number[] = [];
    const totals: number[] = [];
    for (let n = 0; n < QUERIES; n += 1) {
      const { query, ...rest } = make();
      const inRooms = query.labels?.some(([label]) => label?.startsWith('room:')) ? [] : [caller];
      const whole: TextQuery = {
        all: [],
        none: [],
        withoutLabels: [],
        ...query,
        labels: [...(query.labels ?? []), ...inRooms],
      };
      const start = performance.now();
      const cpu = cpuMs();
      const found = await models.search('messages', {
        table: 'messages',
        order: 'newest',
        limit: 20,
        ...rest,
        query: whole,
      });
      times.push(performance.now() - start);
      cpus.push(cpuMs() - cpu);
      totals.push(found.total);
    }
    const [wall, own, hits] = [times, cpus, totals].map((list) => at(list));
    const numbers = [wall?.(0.5), wall?.(0.99), wall?.(1), own?.(0.5), own?.(0.99)];
    const shown = numbers.map((time) => (time ?? 0).toFixed(2).padStart(9)).join('');
    const verdict = (wall?.(0.99) ?? 0) <= LIMIT_MS ? '' : '  ABOVE THE LIMIT';
    console.log(`${name.padEnd(28)}${shown}   ${hits?.(0.5) ?? 0}${verdict}`);
  }
}

/** Of all threads: what other programs on the machine do does not show in it. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What this part of them is not above. */
function at(numbers: readonly number[]): (part: number) => number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function rooms(count: number): readonly string[] {
  return shuffled(ROOMS)
    .slice(0, count)
    .map((n) => `room:room-${n}`);
}

function manyRooms(): readonly string[] {
  return Array.from({ length: 5000 }, (_, n) => `room:room-${n + 50}`);
}

function shuffled(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => [dice.roll(), n] as const)
    .sort(([one], [other]) => one - other)
    .map(([, n]) => n);
}
