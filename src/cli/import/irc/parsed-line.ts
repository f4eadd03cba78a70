/** A day as a line has it: some programs leave the year out. */
export interface WrittenDay {
  readonly year: number | undefined;
  readonly month: number;
  readonly day: number;
}

export interface WrittenTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number | undefined;
  readonly millisecond: number;
}

/** What stands before the text of a line; each part may be missing. */
export interface Stamp {
  readonly room?: string;
  readonly day?: WrittenDay;
  readonly time?: WrittenTime;
  /** Minutes east of UTC, where the line says so. */
  readonly offset?: number;
}

export type LineEvent =
  | { readonly kind: 'message' | 'action' | 'notice' | 'topic'; readonly nick: string; readonly text: string }
  | { readonly kind: 'join' | 'part' | 'quit'; readonly nick: string }
  | { readonly kind: 'rename'; readonly nick: string; readonly to: string };

/** What one line says. Every line is exactly one of these. */
export type ParsedLine =
  /** One event, or those of a netsplit. */
  | { readonly kind: 'events'; readonly stamp: Stamp; readonly events: readonly LineEvent[] }
  /** The day from here on. */
  | { readonly kind: 'day'; readonly day: WrittenDay }
  /** Understood, and nothing that the record keeps: modes, lists of names, the end of a log. */
  | { readonly kind: 'note'; readonly what: string; readonly stamp: Stamp }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable'; readonly reason: string };
