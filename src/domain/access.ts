import type { Caller, PrincipalRef } from './caller.js';
import { isAdmin, lists, principalOf } from './caller.js';
import type { Settings } from './catalogue/category.js';
import type { LiveCategory } from './category/category.js';
import { reject, type Rejection } from './kernel/decider.js';
import type { KnownPrincipal } from './principal/principal.js';
import type { Codes } from './rejections.js';
import type { LiveRoom } from './room/room.js';

/** From a room's category up to its root; empty: the category is not live, and nobody is admitted. */
export type CategoryChain = readonly LiveCategory[];

/** Whether the caller is in scope. Deny wins, a child only narrows; roles do not matter. */
export function admits(chain: CategoryChain, caller: Caller): boolean {
  if (chain.length === 0 || chain.some(({ denied }) => lists(denied, caller))) return false;
  return (
    allowedLists(chain).every((allowed) => lists(allowed, caller)) && (caller.actor.internal || hasExternals(chain))
  );
}

/**
 * Whether a user or group may be listed in a room. What is not known yet is given the benefit of the doubt: of a user
 * never seen nobody knows the groups, of a group nobody knows the users. `admits` decides again when they come.
 */
export function admitsPrincipal(chain: CategoryChain, ref: PrincipalRef, known: KnownPrincipal | undefined): boolean {
  if (chain.length === 0 || chain.some(({ denied }) => denied.has(ref))) return false;
  if ('group' in principalOf(ref))
    return allowedLists(chain).every((allowed) => allowed.has(ref) || some(allowed, isUser));
  if (!known) return allowedLists(chain).every((allowed) => allowed.has(ref) || some(allowed, isGroup));
  const { id, name, email, internal, groups } = known;
  return admits(chain, { actor: { id, name, email, internal }, groups, roles: [] });
}

/** Whether the room exists for the caller. */
export function sees(room: LiveRoom, chain: CategoryChain, caller: Caller): boolean {
  return isAdmin(caller) || (admits(chain, caller) && (room.privacy !== 'secret' || isMember(room, caller)));
}

/** Messages, participants and member lists: for members alone unless the room is open, admin or not. */
export function readsContents(room: LiveRoom, chain: CategoryChain, caller: Caller): boolean {
  return admits(chain, caller) && (room.privacy === 'open' || isMember(room, caller));
}

/** Managers count as members. */
export function isMember({ members, managers }: LiveRoom, caller: Caller): boolean {
  return lists(members, caller) || lists(managers, caller);
}

/** Says nothing of the scope: ask `sees` first. */
export function manages({ managers }: LiveRoom, caller: Caller): boolean {
  return isAdmin(caller) || lists(managers, caller);
}

/** On where it is on in every category of the chain. */
export function settingOf(chain: CategoryChain, name: keyof Settings): 'on' | 'off' {
  return chain.every(({ settings }) => settings[name] === 'on') ? 'on' : 'off';
}

/** What is said in the category's rooms is in no history and no search. */
export function unlogged(chain: CategoryChain): boolean {
  return settingOf(chain, 'history') === 'off';
}

/** Whether the caller may create a room in the chain's first category. */
export function mayCreateRoom(chain: CategoryChain, caller: Caller): Rejection<Codes<'not-a-creator'>> | undefined {
  const [category] = chain;
  if (isAdmin(caller) || (category && admits(chain, caller) && lists(category.creators, caller))) return undefined;
  return reject('not-a-creator', 'You may not create rooms in this category.');
}

/** Ask `sees` first: for who does not see it, there is no room. */
export function mayRead(
  room: LiveRoom,
  chain: CategoryChain,
  caller: Caller,
): Rejection<Codes<'not-a-member' | 'room-disabled'>> | undefined {
  if (!readsContents(room, chain, caller)) return reject('not-a-member', 'You are not a member of this room.');
  if (room.disabled) return reject('room-disabled', 'This room is disabled.');
  return undefined;
}

/** Ask `sees` first. In an auditorium managers post only as presenters. */
export function mayPost(
  room: LiveRoom,
  chain: CategoryChain,
  caller: Caller,
): Rejection<Codes<'not-a-member' | 'room-disabled' | 'not-a-presenter'>> | undefined {
  const refused = mayRead(room, chain, caller);
  if (refused) return refused;
  if (room.type === 'auditorium' && !lists(room.presenters, caller))
    return reject('not-a-presenter', 'Only presenters may post in this room.');
  return undefined;
}

function allowedLists(chain: CategoryChain): readonly ReadonlySet<PrincipalRef>[] {
  return chain.flatMap(({ allowed }) => (allowed ? [allowed] : []));
}

/** External users have to be named, and wanted all the way up. */
function hasExternals(chain: CategoryChain): boolean {
  return settingOf(chain, 'externals') === 'on' && allowedLists(chain).length > 0;
}

function some(refs: ReadonlySet<PrincipalRef>, test: (ref: PrincipalRef) => boolean): boolean {
  for (const ref of refs) if (test(ref)) return true;
  return false;
}

function isUser(ref: PrincipalRef): boolean {
  return 'user' in principalOf(ref);
}

function isGroup(ref: PrincipalRef): boolean {
  return !isUser(ref);
}
