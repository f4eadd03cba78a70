import { z } from 'zod';
import { onOff } from '../../domain/catalogue/values.js';
import { name, paragraph, principal } from './common.js';

const principals = z.array(principal).max(10_000);
const settings = z.strictObject({
  invitations: onOff.optional(),
  fileUpload: onOff.optional(),
  history: onOff.optional(),
  externals: onOff.optional(),
});

const fields = {
  description: paragraph.optional(),
  allowed: principals.optional(),
  denied: principals.optional(),
  creators: principals.optional(),
  settings: settings.optional(),
};

export const createCategory = z.strictObject({ name, parentId: z.string().optional(), ...fields });
export const changeCategory = z.strictObject({ name: name.optional(), ...fields });

export const category = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    parentId: z.string().optional(),
    allowed: z.array(principal).optional(),
    denied: z.array(principal),
    creators: z.array(principal),
    settings: z.object({ invitations: onOff, fileUpload: onOff, history: onOff, externals: onOff }),
  })
  .describe('Category');
