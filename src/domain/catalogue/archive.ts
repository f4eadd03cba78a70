import { z } from 'zod';
import { time } from './values.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** From 1, without a gap, per adapter. */
const number = z.int().min(1);

/** The window `(from, to]` of log positions. `toTime` is when it was cut, `fromTime` when the one before was. */
export const WindowSealed = z.strictObject({
  adapter: z.string(),
  number,
  from: z.int().min(0),
  to: z.int().min(0),
  fromTime: time,
  toTime: time,
  /** SHA-256 of `manifest-sha256.txt` of the window before; absent in the first. */
  previousManifestSha256: sha256.optional(),
  /** Settings that the bytes of the window depend on. */
  profile: z.enum(['full', 'strict']),
  /** Version of Hansard that sealed it, written into the window so that rendering again gives the same bytes. */
  software: z.string(),
});
export const WindowPublished = z.strictObject({
  adapter: z.string(),
  number,
  folder: z.string(),
  manifestSha256: sha256,
  events: z.int().min(0),
});
export const WindowCollected = z.strictObject({ adapter: z.string(), number });
