/** Something that is not as it should be. */
export interface Problem {
  /** Relative to what was verified, with `/`. */
  readonly path: string;
  /** Stable; one of `CODES`. */
  readonly code: ProblemCode;
  /** For a person. */
  readonly message: string;
}

/** What verification finds, and what it means. Warnings are oddities of the record itself, not of its archive. */
export const CODES = {
  'not-found': 'there is nothing at this path',
  'folder-name': 'the folder is not named after its window',
  'foreign-file': 'a file or folder that does not belong there',
  'missing-file': 'a file of the bag is not there',
  'changed-file': 'a file has not the hash that the manifest says',
  'bad-manifest': 'a manifest does not list what is there, or not as it was written',
  'bad-bag': 'a tag file does not say what it must',
  'bad-window': 'window.json cannot be read or contradicts itself',
  'bad-payload': 'a payload file is not of its format',
  'bad-time': 'a time is said in two ways that differ, or lies outside of its conversation',
  'bad-reference': 'a reply or edit of a message that is not there, or a message number that is used twice',
  'count-differs': 'the payload holds another number of something than window.json says',
  'stream-gap': 'an event is missing in a stream of the log',
  'missing-window': 'a window between two others is not there',
  'broken-chain': 'a window does not begin where, or does not name the manifest with which, the one before ended',
  'not-in-log': 'the log knows no such window',
  'differs-from-log': 'the window is not what the log says or gives',
  'gone-windows': 'windows at the old end that the log knows: a collector has taken them, or somebody else',
  'author-absent': 'somebody wrote without being in the room',
  'left-absent': 'somebody left without being in the room',
  'joined-twice': 'somebody joined who was in the room',
} as const;
export type ProblemCode = keyof typeof CODES;

export interface Counts {
  adapters: number;
  windows: number;
  files: number;
  bytes: number;
  events: number;
  messages: number;
}

export interface Report {
  readonly ok: boolean;
  readonly path: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly counts: Readonly<Counts>;
}

/** Problems of one code in one file that are listed; the rest is counted. */
const LISTED = 20;

/** Gathers problems of one path without growing beyond bounds. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #seen = new Map<string, number>();

  problem(path: string, code: ProblemCode, message: string): void {
    this.#add(this.problems, { path, code, message });
  }

  warning(path: string, code: ProblemCode, message: string): void {
    this.#add(this.warnings, { path, code, message });
  }

  #add(list: Problem[], found: Problem): void {
    const key = `${found.path} ${found.code}`;
    const count = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, count);
    if (count < LISTED) list.push(found);
    if (count === LISTED) list.push({ ...found, message: `${found.message} (and perhaps more of the same)` });
  }
}
