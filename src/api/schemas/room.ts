import { z } from 'zod';
import { invitations, privacy, roomType } from '../../domain/catalogue/room.js';
import { cursorParam, line, name, paging, paragraph, principal, principalId, time } from './common.js';

const principals = z.array(principal).max(10_000).default([]);

export const createRoom = z.strictObject({
  name,
  categoryId: z.string(),
  description: paragraph.default(''),
  topic: line.default(''),
  privacy: privacy.default('closed'),
  type: roomType.default('normal'),
  invitations: invitations.default('inherit'),
  members: principals,
  managers: principals,
  presenters: principals,
});

export const changeRoom = z.strictObject({
  name: name.optional(),
  categoryId: z.string().optional(),
  description: paragraph.optional(),
  topic: line.optional(),
  privacy: privacy.optional(),
  type: roomType.optional(),
  invitations: invitations.optional(),
});

export const roomQuery = z.strictObject({
  q: z.string().optional(),
  category: z.string().optional(),
  member: principalId.optional(),
  manager: principalId.optional(),
  privacy: privacy.optional(),
  type: roomType.optional(),
  disabled: z.enum(['true', 'false']).optional(),
  ...paging,
});

export const room = z
  .object({
    id: z.string(),
    name: z.string(),
    categoryId: z.string(),
    description: z.string(),
    topic: z.string(),
    privacy,
    type: roomType,
    invitations,
    disabled: z.boolean(),
    participantCount: z.int(),
    createdAt: time,
  })
  .describe('Room');

export const participant = z.object({ id: z.string(), name: z.string(), internal: z.boolean(), since: time });

export const history = z.int().min(0).max(500).default(30);
/** Imported: the time it had there. */
const claimedTime = z.iso.datetime({ precision: 3 }).optional();
export const joinBody = z
  .strictObject({ history, claimedTime })
  .nullish()
  .transform((body) => body ?? { history: 30, claimedTime: undefined });
export const partBody = z.strictObject({ claimedTime }).nullish();
export const joinsBody = z.strictObject({ rooms: z.array(z.string()).min(1).max(500), history });
export const pagingQuery = z.strictObject(paging);
export const streamQuery = z.strictObject({ after: cursorParam.optional(), ticket: z.string().optional() });
