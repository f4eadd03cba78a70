/**
 * What a text index is asked for, after the query language was read: an engine translates this tree its own way. All tokens
 * are as `tokens.ts` makes them of texts, so that no engine has to know how words are told apart.
 */
export interface TextQuery {
  /** Each of them must be in the text. */
  readonly all: readonly Term[];
  /** None of them may be. */
  readonly none: readonly Term[];
  /** Of each list at least one label must be there; an empty list finds nothing. */
  readonly labels: readonly (readonly string[])[];
  /** None of these labels may be there. */
  readonly withoutLabels: readonly string[];
  /** RFC 3339, UTC, milliseconds: inclusive. */
  readonly from?: string | undefined;
  /** RFC 3339, UTC, milliseconds: exclusive. */
  readonly until?: string | undefined;
}

export type Term =
  /**
   * Tokens next to each other in this order: `words` among the whole words of the text, or `parts` among the parts that its
   * compounds are made of (see Indexed). A single word is a phrase of one. Without `parts` only whole words count.
   */
  | { readonly kind: 'phrase'; readonly words: readonly string[]; readonly parts?: readonly string[] | undefined }
  /** The same, but the last token is only the beginning of one. */
  | { readonly kind: 'prefix'; readonly words: readonly string[]; readonly parts?: readonly string[] | undefined }
  /** Anywhere inside a token: three characters or more. */
  | { readonly kind: 'inside'; readonly part: string };

/** What a text index keeps of a row. */
export interface Indexed {
  /** Unique in its table, and the order of hits: newest first is the highest first. A positive safe integer. */
  readonly place: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** Tokens of the whole words, in order. */
  readonly words: readonly string[];
  /**
   * Tokens of the same text, in order, with every compound (`well-known`, `getName`, `std::vec`) taken apart; empty when it
   * has none, since it would be `words` again.
   */
  readonly parts: readonly string[];
  /** What a row is, beside its words: `room:<id>`, `author:<id>`, `kind:alert`, `has:link`. Any text without white space. */
  readonly labels: readonly string[];
}
