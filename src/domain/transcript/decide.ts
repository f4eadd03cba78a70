import type { FactOf } from '../catalogue/catalogue.js';
import type { MessageKind } from '../catalogue/transcript.js';
import { accept, reject, type Decision, type Rejection } from '../kernel/decider.js';
import type { Codes } from '../rejections.js';
import { utf8Length } from '../utf8.js';

/*
 * A transcript is never folded: each decision is given the few facts it needs, so that a post costs the same in an old
 * room as in a new one. Who may post at all is decided from the room (`mayPost`).
 */

export type TranscriptFact = FactOf<'MessagePosted' | 'MessageEdited' | 'MessageRedacted'>;

/** Bytes of UTF-8 that a text may have: `storyBytes` for stories, `messageBytes` for the rest. */
export interface Limits {
  readonly messageBytes: number;
  readonly storyBytes: number;
}

export type PostMessage = Readonly<FactOf<'MessagePosted'>['data']>;

/** A message as it is now. */
export interface Message {
  readonly authorId: string;
  readonly kind: MessageKind;
  /** The latest one. */
  readonly text: string;
  readonly redacted: boolean;
}

/** Markup of a rich text may take so many times the bytes that its plain text may have. */
const HTML_FACTOR = 4;

/** `replyTargetExists` is looked at only when the message replies to one. */
export function decidePost(
  message: PostMessage,
  { replyTargetExists, limits }: { readonly replyTargetExists: boolean; readonly limits: Limits },
): Decision<FactOf<'MessagePosted'>, Codes<'message-too-large' | 'reply-target-not-found'>> {
  const { kind, text, html, replyTo } = message;
  const tooLarge =
    refuseAbove(limitOf(kind, limits), 'text', text) ??
    (html === undefined ? undefined : refuseAbove(limitOf(kind, limits) * HTML_FACTOR, 'html', html));
  if (tooLarge) return tooLarge;
  if (replyTo !== undefined && !replyTargetExists)
    return reject('reply-target-not-found', `There is no message ${replyTo} in this room.`);
  return accept({ type: 'MessagePosted', data: message });
}

/** `by` is a user id: only authors edit, and only their own. */
export function decideEdit(
  { seq, by, text }: { readonly seq: number; readonly by: string; readonly text: string },
  { message, limits }: { readonly message: Message | undefined; readonly limits: Limits },
): Decision<
  FactOf<'MessageEdited'>,
  Codes<'message-not-found' | 'not-the-author' | 'message-redacted' | 'message-too-large'>
> {
  if (!message) return notFound(seq);
  if (message.authorId !== by) return reject('not-the-author', 'Only its author may edit a message.');
  if (message.redacted) return reject('message-redacted', 'The message was redacted and cannot be edited.');
  const tooLarge = refuseAbove(limitOf(message.kind, limits), 'text', text);
  if (tooLarge) return tooLarge;
  return text === message.text ? accept() : accept({ type: 'MessageEdited', data: { seq, text } });
}

/** `mayRedact`: the caller manages the room. */
export function decideRedact(
  {
    seq,
    reason,
    mayRedact,
  }: { readonly seq: number; readonly reason?: string | undefined; readonly mayRedact: boolean },
  { message }: { readonly message: Pick<Message, 'redacted'> | undefined },
): Decision<FactOf<'MessageRedacted'>, Codes<'message-not-found' | 'not-a-manager'>> {
  if (!message) return notFound(seq);
  if (!mayRedact) return reject('not-a-manager', 'Only managers of the room may redact a message.');
  if (message.redacted) return accept();
  return accept({ type: 'MessageRedacted', data: { seq, ...(reason !== undefined && { reason }) } });
}

function notFound(seq: number): Rejection<'message-not-found'> {
  return reject('message-not-found', `There is no message ${seq} in this room.`);
}

function limitOf(kind: MessageKind, { messageBytes, storyBytes }: Limits): number {
  return kind === 'story' ? storyBytes : messageBytes;
}

function refuseAbove(limit: number, what: string, text: string): Rejection<'message-too-large'> | undefined {
  const bytes = utf8Length(text);
  if (bytes <= limit) return undefined;
  return reject('message-too-large', `The ${what} has ${bytes} bytes of UTF-8; ${limit} are allowed.`);
}
