import { createHash } from 'node:crypto';
import { foldName } from '../../../domain/names.js';
import type { ImportCommand, ImportedUser, Place } from '../commands.js';
import type { LineEvent } from './parsed-line.js';
import { Occurrences } from './occurrences.js';
import type { Moment } from './timeline.js';
import { userIdOf } from './user-id.js';

/** A room of the log, and what its lines ask for, in their order. */
export interface PlannedRoom {
  /** As the first line that names it spells it. */
  readonly name: string;
  readonly commands: readonly ImportCommand[];
}

interface RoomPlan {
  readonly name: string;
  readonly joined: Set<string>;
  readonly occurrences: Occurrences;
  /** Latest time so far, and that before the current file. */
  latest: string;
  file: string | undefined;
}

/** Makes commands of events. Keeps for each room who has joined and which lines were equal. */
export class Planner {
  readonly #rooms = new Map<string, RoomPlan>();
  readonly #users = new Map<string, ImportedUser>();
  readonly #userPrefix: string;

  constructor(userPrefix = '') {
    this.#userPrefix = userPrefix;
  }

  get users(): number {
    return this.#users.size;
  }

  /** The room's name and the commands, in order. Names that differ in case alone are one room, as on IRC. */
  plan(room: string, event: LineEvent, moment: Moment, place: Place): PlannedRoom {
    const plan = this.#room(room, place.file, moment);
    if (moment.claimedTime > plan.latest) plan.latest = moment.claimedTime;
    return { name: plan.name, commands: this.#commands(foldName(room), plan, event, moment, place) };
  }

  #commands(room: string, plan: RoomPlan, event: LineEvent, { claimedTime, written }: Moment, place: Place) {
    const user = this.#user(event.nick);
    const said = [room, written, event.kind, event.nick, textOf(event)];
    const number = plan.occurrences.number(said);
    const key = (part: string) => keyOf([...said, String(number), part]);
    const attendance = (kind: 'join' | 'part', who: ImportedUser): ImportCommand => {
      if (kind === 'join') plan.joined.add(who.id);
      return { kind, user: who, key: key(kind), claimedTime, place };
    };
    switch (event.kind) {
      case 'join':
        return [attendance('join', user)];
      case 'part':
      case 'quit':
        return [attendance('part', user)];
      case 'rename':
        return [attendance('part', user), attendance('join', this.#user(event.to))];
      default: {
        const topic = event.kind === 'topic' ? { topic: event.text } : {};
        const post = {
          kind: 'post',
          user,
          text: postedText(event),
          claimedTime,
          key: key('post'),
          place,
          ...topic,
        } as const;
        return [...firstJoin(room, plan, user, place), post];
      }
    }
  }

  #room(name: string, file: string, { claimedTime }: Moment): RoomPlan {
    const folded = foldName(name);
    const plan = this.#rooms.get(folded) ?? newRoom(name);
    this.#rooms.set(folded, plan);
    if (plan.file !== file) {
      plan.occurrences.beginFile(claimedTime >= plan.latest);
      plan.file = file;
    }
    return plan;
  }

  #user(nick: string): ImportedUser {
    const known = this.#users.get(nick);
    if (known) return known;
    const user = { id: userIdOf(nick, this.#userPrefix), nick };
    this.#users.set(nick, user);
    return user;
  }
}

function newRoom(name: string): RoomPlan {
  return { name, joined: new Set(), occurrences: new Occurrences(), latest: '', file: undefined };
}

/** Logs begin with people who are already there. One key for a user and a room, so that it happens once for good. */
function firstJoin(room: string, plan: RoomPlan, user: ImportedUser, place: Place): ImportCommand[] {
  if (plan.joined.has(user.id)) return [];
  plan.joined.add(user.id);
  return [{ kind: 'join', user, key: keyOf([room, 'first join', user.nick]), claimedTime: undefined, place }];
}

function textOf(event: LineEvent): string {
  if (event.kind === 'rename') return event.to;
  return 'text' in event ? event.text : '';
}

/** What is posted: what was said, and for other things than speech the command that does them in an IRC client. */
function postedText(event: LineEvent & { readonly text: string }): string {
  switch (event.kind) {
    case 'action':
      return `/me ${event.text}`;
    case 'topic':
      return `/topic ${event.text}`;
    default:
      return event.text;
  }
}

function keyOf(parts: readonly string[]): string {
  return `irc1-${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
}
