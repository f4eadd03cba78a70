import { z } from 'zod';
import { principalId } from './values.js';

/** `id` in every event: the stream's own id is derived from it. */
const id = principalId;

export const PrincipalRegistered = z.strictObject({
  id,
  name: z.string(),
  email: z.string(),
  internal: z.boolean(),
  groups: z.array(principalId),
});
export const PrincipalRenamed = z.strictObject({ id, name: z.string(), email: z.string(), internal: z.boolean() });
/** The groups that the user's tokens name from now on. */
export const PrincipalGroupsChanged = z.strictObject({ id, groups: z.array(principalId) });
export const PrincipalDisabled = z.strictObject({ id });
export const PrincipalEnabled = z.strictObject({ id });
