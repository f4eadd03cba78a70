import { z } from 'zod';
import { seq, text, time } from './values.js';

export const messageKind = z.enum(['normal', 'alert', 'story']);
export type MessageKind = z.infer<typeof messageKind>;

/** The message's `seq` is the event's revision. */
export const MessagePosted = z.strictObject({
  kind: messageKind,
  text,
  /** Stories only. */
  title: text.optional(),
  /** Sanitised. */
  html: text.optional(),
  replyTo: seq.optional(),
  files: z.array(z.string()).optional(),
  /** Imported: the time it had there. */
  claimedTime: time.optional(),
});
export const MessageEdited = z.strictObject({ seq, text });
export const MessageRedacted = z.strictObject({ seq, reason: text.optional() });
