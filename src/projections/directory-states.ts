import type { CategoryState, LiveCategory } from '../domain/category/category.js';
import type { PrincipalState } from '../domain/principal/principal.js';
import type { LiveRoom, RoomState } from '../domain/room/room.js';
import type { PrincipalRef } from '../domain/caller.js';

/** `Of` with its sets as arrays. */
type Json<Of> = { readonly [Member in keyof Of]: Of[Member] extends ReadonlySet<infer T> ? readonly T[] : Of[Member] };

type CategoryJson =
  | Exclude<CategoryState, LiveCategory>
  | (Json<Omit<LiveCategory, 'names' | 'allowed' | 'parentId'>> & {
      readonly parentId?: string;
      readonly allowed?: readonly PrincipalRef[];
    });

/** Without the names it gave out. */
export function categoryJson(state: CategoryState): CategoryJson {
  if (state.kind !== 'live') return state;
  const { kind, name, description, parentId, allowed, denied, creators, settings, children } = state;
  return {
    kind,
    name,
    description,
    ...(parentId !== undefined && { parentId }),
    ...(allowed && { allowed: [...allowed] }),
    denied: [...denied],
    creators: [...creators],
    settings,
    children: [...children],
  };
}

export function categoryOfJson(json: object, names: ReadonlyMap<string, string>): CategoryState {
  const state = json as CategoryJson; // made by the function above, and by it alone
  if (state.kind !== 'live') return state;
  return {
    ...state,
    parentId: state.parentId,
    allowed: state.allowed && new Set(state.allowed),
    denied: new Set(state.denied),
    creators: new Set(state.creators),
    children: new Set(state.children),
    names,
  };
}

type RoomJson = Exclude<RoomState, LiveRoom> | Json<LiveRoom>;

export function roomJson(state: RoomState): RoomJson {
  if (state.kind !== 'live') return state;
  const { members, managers, presenters } = state;
  return { ...state, members: [...members], managers: [...managers], presenters: [...presenters] };
}

export function roomOfJson(json: object): RoomState {
  const state = json as RoomJson; // made by the function above, and by it alone
  if (state.kind !== 'live') return state;
  const { members, managers, presenters } = state;
  return { ...state, members: new Set(members), managers: new Set(managers), presenters: new Set(presenters) };
}

export function principalOfJson(json: object): PrincipalState {
  return json as PrincipalState; // is JSON as it is
}
