/** Where a command comes from. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface ImportedUser {
  readonly id: string;
  readonly nick: string;
}

interface Common {
  readonly place: Place;
  /** Idempotency key: depends on what the line says alone. */
  readonly key: string;
  readonly user: ImportedUser;
}

export type ImportCommand =
  | (Common & {
      readonly kind: 'post';
      readonly text: string;
      readonly claimedTime: string;
      /** The room's topic from here on. */
      readonly topic?: string;
    })
  /** Without a claimed time: the log does not say when, only that the user speaks later. */
  | (Common & { readonly kind: 'join' | 'part'; readonly claimedTime: string | undefined });
