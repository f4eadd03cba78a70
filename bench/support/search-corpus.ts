import { readFileSync } from 'node:fs';
import type { Row } from '../../src/projections/read-models.js';

/** The same numbers on each run. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0, below 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.roll() * limit);
  }

  /** Low numbers far more often. */
  skewed(limit: number): number {
    return Math.min(limit - 1, Math.floor(limit ** this.roll()) - 1);
  }

  of<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }
}

export const ROOMS = 200;
const AUTHORS = 500;
const FROM = Date.UTC(2024, 10, 1);
const DAYS = 730;

/** Says how one word of a text follows another. */
export interface Chain {
  readonly first: readonly string[];
  readonly next: ReadonlyMap<string, readonly string[]>;
}

/** Messages of lines `<room> <date> [<time>] <nick> text`; words follow each other in ours as they do there. */
export function chainOf(path: string): Chain {
  const lines = readFileSync(path, 'utf8').split('\n');
  return chain(lines.map((line) => line.split('> ').slice(1).join('> ').split(/\s+/)));
}

/** Where there is no such text. */
export function syntheticChain(): Chain {
  const dice = new Dice(7);
  const letters = Array.from('etaoinshrdlucmfwypvbgk');
  const words = Array.from({ length: 30_000 }, (_, rank) =>
    Array.from({ length: 2 + Math.floor(Math.log10(rank + 1) * 1.5) + dice.below(2) }, () => dice.of(letters)).join(''),
  );
  const line = () => Array.from({ length: 3 + dice.below(18) }, () => words[dice.skewed(words.length)] ?? '');
  return chain(Array.from({ length: 20_000 }, line));
}

function chain(lines: readonly (readonly string[])[]): Chain {
  const first: string[] = [];
  const next = new Map<string, string[]>();
  for (const line of lines) {
    const words = line.map((word) => word.toLowerCase()).filter((word) => word !== '');
    if (words[0] === undefined) continue;
    first.push(words[0]);
    for (const [index, word] of words.entries()) {
      const followers = next.get(word) ?? [];
      followers.push(words[index + 1] ?? END);
      next.set(word, followers);
    }
  }
  return { first, next };
}

const END = '\n';
const CJK = Array.from(
  '日本語東京都市大学会議資料確認今週来月契約金融合併発表電話番号予定変更中国北京上海公司新年快乐谢谢大家好',
);

/** Message n of as many as `of`, which spread over two years whatever their number. Every call gives the next. */
export function* messagesOf(chain: Chain, of: number, spacedCjk: boolean): Generator<Row> {
  const dice = new Dice(42);
  for (let n = 1; n <= of; n += 1) {
    const author = `u${dice.skewed(AUTHORS)}`;
    yield {
      roomId: `room-${dice.skewed(ROOMS)}`,
      seq: n,
      position: n,
      kind: n % 50 === 0 ? 'alert' : 'normal',
      text: textOf(chain, dice, spacedCjk),
      author: { id: author, name: author },
      time: new Date(FROM + (n / of) * DAYS * 86_400_000).toISOString(),
    };
  }
}

function textOf(chain: Chain, dice: Dice, spacedCjk: boolean): string {
  if (dice.below(50) === 0) return cjk(dice, spacedCjk);
  const words: string[] = [];
  for (let word = dice.of(chain.first); word !== END && words.length < 60;) {
    words.push(word);
    word = dice.of(chain.next.get(word) ?? [END]);
  }
  if (dice.below(12) === 0) words.splice(dice.below(words.length + 1), 0, `#${dice.below(1_000_000)}`);
  return words.join(' ');
}

function cjk(dice: Dice, spaced: boolean): string {
  return Array.from({ length: 4 + dice.below(16) }, () => CJK[dice.skewed(CJK.length)] ?? '').join(spaced ? ' ' : '');
}
