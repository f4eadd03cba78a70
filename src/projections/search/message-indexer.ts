import { label } from './labels.js';
import type { Indexed } from './text-query.js';
import { hasCompound, partsOf, wordsOf, type Token } from './tokens.js';

/** What is looked at of a row of the read model of messages. */
export type IndexedMessage = Readonly<{
  roomId: string;
  kind: string;
  text: string;
  title?: string;
  files?: readonly string[];
  author: Readonly<{ id: string }>;
  time: string;
  redactedAt?: string;
  /** Of the event that posted it. */
  position: number;
}>;

/** Between title and text, so that no phrase reaches from one into the other: no query has such a token. */
export const BORDER = '¶';

const LINK = /(?<![a-z0-9])(?:https?:\/\/[^\s/]|www\.[^\s.])/i;

/** A message that was redacted has no words. Pure. */
export function indexedMessage(message: IndexedMessage): Indexed | undefined {
  if (message.redactedAt !== undefined) return undefined;
  const { title = '', text, position: place, time } = message;
  const texts = [title, text].filter((each) => each !== '').map(wordsOf);
  const parts = texts.some(hasCompound) ? joined(texts.map(partsOf)) : [];
  return { place, time, words: joined(texts), parts, labels: labelsOf(message) };
}

function joined(texts: readonly (readonly Token[])[]): readonly string[] {
  return texts.flatMap((tokens, index) => {
    const words = tokens.map(({ text }) => text);
    return index === 0 ? words : [BORDER, ...words];
  });
}

function labelsOf({ roomId, author, kind, text, title = '', files = [] }: IndexedMessage): readonly string[] {
  const labels = [label('room', roomId), label('author', author.id), label('kind', kind)];
  if (LINK.test(text) || LINK.test(title)) labels.push(label('has', 'link'));
  if (files.length > 0) labels.push(label('has', 'file'));
  return labels;
}
