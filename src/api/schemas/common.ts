import { z } from 'zod';
import { principal, principalId, text } from '../../domain/catalogue/values.js';
import type { Principal } from '../../domain/catalogue/values.js';

export { principal, principalId, text };

/** A whole number as a query or path has it. */
export function digits(min: number, max: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d*)$/, 'is no whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

export const seqParam = digits(0, Number.MAX_SAFE_INTEGER);
export const cursorParam = z.string().min(1);

/** Of every list. */
export const paging = { limit: digits(1, 500).optional(), cursor: cursorParam.optional() };
export const DEFAULT_LIMIT = 50;

/** Of events, log and streams. */
export const lineLimit = digits(1, 10_000).optional();
export const DEFAULT_LINES = 1_000;

export const noQuery = z.strictObject({});
export const idParams = z.strictObject({ id: z.string() });
/** A POST that needs no body takes an empty object too. */
export const noBody = z.strictObject({}).nullish();

/** Something that a reader sees: a name of zero-width characters alone would pass for nothing. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}]/u;
export const name = text.trim().min(1).max(255).regex(VISIBLE, 'holds nothing visible');
export const line = text.max(1_000);
export const paragraph = text.max(10_000);

/** `user:ada` or `group:traders`, as paths have it. */
export const principalParam = z.string().transform((value, context): Principal => {
  const [, kind, id] = /^(user|group):(.+)$/s.exec(value) ?? [];
  const parsed = principalId.safeParse(id);
  if (parsed.success) return kind === 'user' ? { user: parsed.data } : { group: parsed.data };
  context.addIssue({ code: 'custom', message: 'is neither user:<id> nor group:<id>' });
  return z.NEVER;
});

export const time = z.string().describe('RFC 3339, UTC, milliseconds');

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item).readonly(), next: z.string().optional(), prev: z.string().optional() });
}

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string().optional(), offset: z.int().optional(), message: z.string() }))
      .optional(),
  })
  .describe('application/problem+json');
