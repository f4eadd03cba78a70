import { z } from 'zod';
import { messageKind } from '../../domain/catalogue/transcript.js';
import { digits, paging, seqParam, text, time } from './common.js';

const TITLE_CHARACTERS = 255;

export const postMessage = z
  .strictObject({
    text,
    kind: messageKind.default('normal'),
    title: text.max(TITLE_CHARACTERS).optional(),
    html: text.optional(),
    replyTo: z.int().min(0).optional(),
    files: z.array(z.string()).max(50).optional(),
    claimedTime: z.iso.datetime({ precision: 3 }).optional(),
  })
  .refine(({ kind, title }) => title === undefined || kind === 'story', {
    path: ['title'],
    message: 'only a story has a title',
  });

export const editMessage = z.strictObject({ text });
export const redactMessage = z.strictObject({ reason: text.max(1_000).optional() }).nullish();

const place = {
  before: seqParam.optional(),
  after: z.union([z.literal('-1').transform(() => -1), digits(0, Number.MAX_SAFE_INTEGER)]).optional(),
  around: seqParam.optional(),
};
export const messagesQuery = z
  .strictObject({ ...place, ...paging })
  .refine(
    ({ before, after, around, cursor }) =>
      [before, after, around, cursor].filter((one) => one !== undefined).length <= 1,
    {
      message: 'take one of before, after, around and cursor',
    },
  );

export const messageParams = z.strictObject({ id: z.string(), seq: seqParam });

export const message = z
  .object({
    id: z.string(),
    roomId: z.string(),
    seq: z.int(),
    kind: messageKind,
    text: z.string(),
    title: z.string().optional(),
    files: z.array(z.string()).readonly().optional(),
    html: z.string().optional(),
    replyTo: z.int().optional(),
    author: z.object({ id: z.string(), name: z.string() }),
    time,
    claimedTime: time.optional(),
    editedAt: time.optional(),
    redactedAt: time.optional(),
  })
  .describe('Message');
