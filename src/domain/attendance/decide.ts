import type { FactOf } from '../catalogue/catalogue.js';
import { accept, type Accepted } from '../kernel/decider.js';

/** How one user stands to one room. */
export interface Standing {
  readonly present: boolean;
  readonly following: boolean;
}

type Joined = FactOf<'ParticipantJoined'>;
type Left = FactOf<'ParticipantLeft'>;
type Unfollowed = FactOf<'RoomUnfollowed'>;

export function decideJoin({ present, following }: Standing, data: Readonly<Joined['data']> = {}): Accepted<Joined> {
  return present && following ? accept() : accept({ type: 'ParticipantJoined', data });
}

/** Who parts stops following too, also when not present; every other way of leaving keeps it. */
export function decideLeave(standing: Standing, data: Readonly<Left['data']>): Accepted<Left | Unfollowed> {
  if (standing.present) return accept({ type: 'ParticipantLeft', data });
  return data.reason === 'parted' ? decideUnfollow(standing) : accept();
}

/** For who is not present. To end following of who is, let them leave as parted. */
export function decideUnfollow({ present, following }: Standing): Accepted<Unfollowed> {
  return following && !present ? accept({ type: 'RoomUnfollowed', data: {} }) : accept();
}
