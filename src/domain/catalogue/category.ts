import { z } from 'zod';
import { onOff, principal, text } from './values.js';

export const settings = z.strictObject({ invitations: onOff, fileUpload: onOff, history: onOff, externals: onOff });
export type Settings = z.infer<typeof settings>;

/** Lists that are not given: `allowed` takes the parent's, `denied` and `creators` are empty. */
export const CategoryCreated = z.strictObject({
  name: text,
  description: text,
  parentId: z.string().optional(),
  allowed: z.array(principal).optional(),
  denied: z.array(principal),
  creators: z.array(principal),
  settings,
});
export const CategoryRenamed = z.strictObject({ name: text });
export const CategoryDescribed = z.strictObject({ description: text });
export const CategorySettingsChanged = z.strictObject({ settings });
/** The whole scope as it is from now on. */
export const CategoryScopeChanged = z.strictObject({
  allowed: z.array(principal).optional(),
  denied: z.array(principal),
});
export const CategoryCreatorsChanged = z.strictObject({ creators: z.array(principal) });
export const CategoryDeleted = z.strictObject({});

/** The category's stream is where names are given out: no two live rooms of it share one. `name` is folded. */
export const NameReserved = z.strictObject({ roomId: z.string(), name: z.string() });
export const NameReleased = z.strictObject({ roomId: z.string(), name: z.string() });

/** A child category is announced in its parent before it is created, so that deleting the parent sees it. */
export const ChildReserved = z.strictObject({ categoryId: z.string() });
export const ChildReleased = z.strictObject({ categoryId: z.string() });

/** Nobody can create this category any more: its creation did not finish and its place was given away. */
export const CategoryAbandoned = z.strictObject({});
