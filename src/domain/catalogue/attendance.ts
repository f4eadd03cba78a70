import { z } from 'zod';
import { seq, text, time } from './values.js';

export const leaveReason = z.enum(['parted', 'disconnected', 'removed', 'idle', 'node lost']);
export type LeaveReason = z.infer<typeof leaveReason>;

/** The participant is the actor. Joining follows the room. `claimedTime`: imported, the time it had there. */
export const ParticipantJoined = z.strictObject({ claimedTime: time.optional() });
/** The participant is the actor, whoever noticed. `parted` ends following too. */
export const ParticipantLeft = z.strictObject({
  reason: leaveReason,
  message: text.optional(),
  claimedTime: time.optional(),
});
/** Parted while not present: ends following, no one left. */
export const RoomUnfollowed = z.strictObject({});
/** Messages `from` to `to` (seq, both inclusive) were shown to the actor. */
export const HistoryViewed = z.strictObject({ from: seq, to: seq, via: z.enum(['join', 'page', 'message', 'search']) });
