import { z } from 'zod';
import { principal, text } from './values.js';

export const privacy = z.enum(['open', 'closed', 'secret']);
export type Privacy = z.infer<typeof privacy>;
export const roomType = z.enum(['normal', 'auditorium']);
export type RoomType = z.infer<typeof roomType>;
export const invitations = z.enum(['inherit', 'on', 'off']);

export const RoomCreated = z.strictObject({
  name: text,
  categoryId: z.string(),
  description: text,
  topic: text,
  privacy,
  type: roomType,
  invitations,
  members: z.array(principal),
  managers: z.array(principal),
  presenters: z.array(principal),
});
export const RoomRenamed = z.strictObject({ name: text });
export const RoomDescribed = z.strictObject({ description: text });
export const TopicChanged = z.strictObject({ topic: text });
export const PrivacyChanged = z.strictObject({ privacy });
export const RoomTypeChanged = z.strictObject({ type: roomType });
export const InvitationsSettingChanged = z.strictObject({ invitations });
export const RoomMoved = z.strictObject({ categoryId: z.string() });
export const MemberAdded = z.strictObject({ principal });
export const MemberRemoved = z.strictObject({ principal });
export const ManagerAdded = z.strictObject({ principal });
export const ManagerRemoved = z.strictObject({ principal });
export const PresenterAdded = z.strictObject({ principal });
export const PresenterRemoved = z.strictObject({ principal });
export const RoomDisabled = z.strictObject({});
export const RoomEnabled = z.strictObject({});
export const RoomDeleted = z.strictObject({});

/**
 * The fence of a name: a reservation that this room made and did not use is given to another room. Whoever is still about
 * to use it meets a conflict here. As the first event of a stream it means that the room can never be created.
 */
export const NameReservationDropped = z.strictObject({ categoryId: z.string(), name: z.string() });
