import { z } from 'zod';

/**
 * The memory of a command with an `Idempotency-Key` that left no other event to carry it: it changed nothing, or it spans
 * rooms. `answer` holds what the first answer cannot be made of again otherwise.
 */
export const CommandAccepted = z.strictObject({
  route: z.string(),
  answer: z.record(z.string(), z.union([z.string(), z.number()])),
});
