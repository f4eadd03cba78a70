import { z } from 'zod';

/** Text as a person may send it: any Unicode but NUL and lone surrogates, kept exactly. */
export const text = z.string().refine((value) => !value.includes('\0') && value.isWellFormed(), {
  message: 'holds NUL or a lone surrogate',
});

/** RFC 3339, UTC, milliseconds. */
export const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'is no RFC 3339 UTC time with milliseconds');

/** Id of a user or group: 1 to 255 visible characters of the issuer's choosing. */
export const principalId = text.min(1).max(255);

/** A user or a group in a list. */
export const principal = z.union([z.strictObject({ user: principalId }), z.strictObject({ group: principalId })]);
export type Principal = z.infer<typeof principal>;

export const onOff = z.enum(['on', 'off']);

export const seq = z.int().min(0);
