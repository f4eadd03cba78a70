import type { Place } from './commands.js';

export interface ListedLine extends Place {
  readonly reason: string;
  /** The beginning of the line. */
  readonly text: string;
}

export interface RefusedCommand extends Place {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

const SHOWN_CHARACTERS = 120;

/** What became of every line, and of every command. `lines = recorded + blank + marks + notes + unreadable`. */
export class ImportReport {
  lines = 0;
  /** Lines that became commands. */
  recorded = 0;
  blank = 0;
  /** Day changes and the like: they date the lines behind them. */
  marks = 0;
  /** Lines that were understood and that the record does not keep, by what they are about. */
  readonly notes = new Map<string, number>();
  readonly unreadable: ListedLine[] = [];

  messages = 0;
  actions = 0;
  notices = 0;
  topics = 0;
  joins = 0;
  parts = 0;
  renames = 0;

  /** Commands that the server has carried out, now or at an earlier import. */
  done = 0;
  /** Of those, posts that an earlier import had made. */
  alreadyThere = 0;
  /** An earlier import had the same line with another time: it was left as it is. */
  differing = 0;
  readonly refused: RefusedCommand[] = [];

  /** By name; the id is known once the room is there. */
  readonly rooms = new Map<string, { commands: number; id: string | undefined }>();
  users = 0;
  /** Why the import ended before it was done. */
  stopped: string | undefined;
  /** It was called off. */
  interrupted = false;

  note(what: string): void {
    this.notes.set(what, (this.notes.get(what) ?? 0) + 1);
  }

  unread(place: Place, reason: string, text: string): void {
    const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    this.unreadable.push({ ...place, reason, text: short });
  }

  get noted(): number {
    return [...this.notes.values()].reduce((sum, count) => sum + count, 0);
  }

  /** For `--json`. */
  toJSON(): object {
    const { notes, rooms, ...plain } = this;
    return {
      ...plain,
      stopped: this.stopped ?? null,
      skipped: this.noted,
      notes: Object.fromEntries(notes),
      rooms: Array.from(rooms, ([name, { id, commands }]) => ({ name, id: id ?? null, commands })),
    };
  }

  /** For a person: a few lines, then what could not be read or was refused, each with its place. */
  toText(): string {
    const { recorded, lines, blank, marks, unreadable, refused } = this;
    const parts = [
      `${lines} lines: ${recorded} recorded, ${this.noted} not of the record, ${marks} marks, ${blank} blank, ${unreadable.length} unreadable`,
      `${this.messages} messages, ${this.actions} actions, ${this.notices} notices, ${this.topics} topics, ${this.joins} joins, ${this.parts} leaves, ${this.renames} new nicks; ${this.users} users in ${this.rooms.size} rooms`,
      ...(this.alreadyThere > 0 ? [`${this.alreadyThere} posts were there already`] : []),
      ...(this.differing > 0
        ? [`${this.differing} lines were imported before with another time, and left as they are`]
        : []),
      ...Array.from(this.notes, ([what, count]) => `not of the record: ${count} lines about ${what}`),
      ...listed(
        unreadable,
        ({ file, line, reason, text }) => `${file}:${line}: unreadable, ${reason}: ${visible(text)}`,
      ),
      ...listed(
        refused,
        ({ file, line, status, code, detail }) => `${file}:${line}: refused, ${status} ${code}: ${detail}`,
      ),
      ...(this.stopped === undefined ? [] : [this.stopped]),
    ];
    return parts.map((part) => `${part}\n`).join('');
  }
}

const LISTED = 50;

function listed<Item>(items: readonly Item[], line: (item: Item) => string): string[] {
  const more = items.length - LISTED;
  return [...items.slice(0, LISTED).map(line), ...(more > 0 ? [`… and ${more} more; --json lists them all`] : [])];
}

/** Control characters would reach the terminal. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
