import { principalOf, refOf, type PrincipalRef } from '../caller.js';
import type { Settings } from '../catalogue/category.js';
import type { Principal } from '../catalogue/values.js';
import { accept, reject, type Decider, type Decision } from '../kernel/decider.js';
import { present } from '../patch.js';
import type { Codes } from '../rejections.js';
import { sameMembers } from '../sets.js';
import type { CategoryFact, CategoryState, LiveCategory } from './category.js';
import { evolveCategory, initialCategory } from './evolve.js';

/** What is absent stays; the parent can never change. */
export interface CategoryPatch {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** `null`: the parent's from now on. */
  readonly allowed?: readonly Principal[] | null | undefined;
  readonly denied?: readonly Principal[] | undefined;
  readonly creators?: readonly Principal[] | undefined;
  readonly settings?: { readonly [Name in keyof Settings]?: Settings[Name] | undefined } | undefined;
}

export interface CreateCategory {
  readonly type: 'CreateCategory';
  readonly name: string;
  readonly description: string;
  readonly parentId?: string | undefined;
  /** Absent: the parent's. */
  readonly allowed?: readonly Principal[] | undefined;
  readonly denied: readonly Principal[];
  readonly creators: readonly Principal[];
  readonly settings: Settings;
}

/** Names are folded (`foldName`). */
export type CategoryCommand =
  | CreateCategory
  | { readonly type: 'ChangeCategory'; readonly patch: CategoryPatch }
  | { readonly type: 'DeleteCategory' }
  /** Reserving again renews, so that whoever is about to take the name at the revision it saw meets a conflict. */
  | { readonly type: 'ReserveName'; readonly roomId: string; readonly name: string }
  /**
   * Takes the name of `from`, which does not use it and has been fenced. Safe only at the revision of the category at which
   * `from` was seen to hold it: behind the fence it may have renewed its reservation and be using it now.
   */
  | { readonly type: 'TakeName'; readonly roomId: string; readonly name: string; readonly from: string }
  /** Does nothing unless the room holds the name. */
  | { readonly type: 'ReleaseName'; readonly roomId: string; readonly name: string }
  | { readonly type: 'ReserveChild'; readonly categoryId: string }
  | { readonly type: 'ReleaseChild'; readonly categoryId: string }
  /** Fences a category whose creation did not finish. Refused when it did. */
  | { readonly type: 'AbandonCategory' };

export type CategoryRejectionCode = Codes<
  'category-not-found' | 'category-exists' | 'category-not-empty' | 'duplicate-name'
>;
type CategoryDecision = Decision<CategoryFact, CategoryRejectionCode>;

export const categoryDecider: Decider<CategoryState, CategoryCommand, CategoryFact, CategoryRejectionCode> = {
  initialState: initialCategory,
  evolve: evolveCategory,
  decide,
};

function decide(command: CategoryCommand, state: CategoryState): CategoryDecision {
  if (command.type === 'CreateCategory') return create(command, state);
  if (command.type === 'AbandonCategory') return abandon(state);
  if (state.kind === 'live') return manage(command, state);
  const releases = command.type === 'ReleaseName' || command.type === 'ReleaseChild';
  return releases ? accept() : reject('category-not-found', 'There is no such category.');
}

function create(command: CreateCategory, state: CategoryState): CategoryDecision {
  if (state.kind !== 'none') return alreadyThere();
  const { name, description, parentId, allowed, denied, creators, settings } = command;
  return accept({
    type: 'CategoryCreated',
    data: {
      name,
      description,
      ...(parentId !== undefined && { parentId }),
      ...(allowed && { allowed: unique(allowed) }),
      denied: unique(denied),
      creators: unique(creators),
      settings,
    },
  });
}

function abandon(state: CategoryState): CategoryDecision {
  if (state.kind === 'live') return alreadyThere();
  return state.kind === 'none' ? accept({ type: 'CategoryAbandoned', data: {} }) : accept();
}

function alreadyThere() {
  return reject('category-exists', 'A category with this id was already created or given up.');
}

function manage(
  command: Exclude<CategoryCommand, { type: 'CreateCategory' | 'AbandonCategory' }>,
  category: LiveCategory,
): CategoryDecision {
  switch (command.type) {
    case 'ChangeCategory':
      return accept(...changes(command.patch, category));
    case 'DeleteCategory':
      return category.names.size + category.children.size > 0
        ? reject('category-not-empty', 'The category still has rooms or categories, or some are being created.')
        : accept({ type: 'CategoryDeleted', data: {} });
    case 'ReserveName':
      return reserve(command.roomId, command.name, command.roomId, category);
    case 'TakeName':
      return category.names.get(command.name) === command.roomId
        ? accept()
        : reserve(command.roomId, command.name, command.from, category);
    case 'ReleaseName': {
      const { roomId, name } = command;
      return onlyIf(category.names.get(name) === roomId, { type: 'NameReleased', data: { roomId, name } });
    }
    case 'ReserveChild': {
      const { categoryId } = command;
      return onlyIf(!category.children.has(categoryId), { type: 'ChildReserved', data: { categoryId } });
    }
    case 'ReleaseChild': {
      const { categoryId } = command;
      return onlyIf(category.children.has(categoryId), { type: 'ChildReleased', data: { categoryId } });
    }
  }
}

/** A name is free, or `from` holds it; everybody else keeps what they hold. */
function reserve(roomId: string, name: string, from: string, { names }: LiveCategory): CategoryDecision {
  const holder = names.get(name);
  if (holder !== undefined && holder !== from)
    return reject('duplicate-name', 'Another room of the category has this name.');
  return accept({ type: 'NameReserved', data: { roomId, name } });
}

function changes(patch: CategoryPatch, category: LiveCategory): readonly CategoryFact[] {
  const { name, description } = { ...category, ...present({ name: patch.name, description: patch.description }) };
  const settings = { ...category.settings, ...present(patch.settings ?? {}) };
  const facts: CategoryFact[] = [];
  if (name !== category.name) facts.push({ type: 'CategoryRenamed', data: { name } });
  if (description !== category.description) facts.push({ type: 'CategoryDescribed', data: { description } });
  if (SETTINGS.some((key) => settings[key] !== category.settings[key]))
    facts.push({ type: 'CategorySettingsChanged', data: { settings } });
  return [...facts, ...scopeChange(patch, category), ...creatorsChange(patch, category)];
}

const SETTINGS = ['invitations', 'fileUpload', 'history', 'externals'] as const;

function scopeChange({ allowed, denied }: CategoryPatch, category: LiveCategory): readonly CategoryFact[] {
  const nextAllowed = allowed === undefined ? category.allowed : ((allowed && refs(allowed)) ?? undefined);
  const nextDenied = denied ? refs(denied) : category.denied;
  if (sameMembers(nextAllowed, category.allowed) && sameMembers(nextDenied, category.denied)) return [];
  const scope = { ...(nextAllowed && { allowed: listOf(nextAllowed) }), denied: listOf(nextDenied) };
  return [{ type: 'CategoryScopeChanged', data: scope }];
}

function creatorsChange({ creators }: CategoryPatch, category: LiveCategory): readonly CategoryFact[] {
  if (!creators || sameMembers(refs(creators), category.creators)) return [];
  return [{ type: 'CategoryCreatorsChanged', data: { creators: unique(creators) } }];
}

function onlyIf(condition: boolean, fact: CategoryFact): CategoryDecision {
  return condition ? accept(fact) : accept();
}

function refs(principals: readonly Principal[]): ReadonlySet<PrincipalRef> {
  return new Set(principals.map(refOf));
}

function listOf(set: ReadonlySet<PrincipalRef>): Principal[] {
  return [...set].map(principalOf);
}

function unique(principals: readonly Principal[]): Principal[] {
  return listOf(refs(principals));
}
