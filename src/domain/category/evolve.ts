import { refOf } from '../caller.js';
import type { Principal } from '../catalogue/values.js';
import type { Evolving } from '../kernel/decider.js';
import { withEntry, withoutEntry } from '../layered-map.js';
import { withMember, withoutMember } from '../sets.js';
import { ignoring } from '../unknown-event.js';
import type { CategoryFact, CategoryState, LiveCategory } from './category.js';

export const initialCategory: CategoryState = { kind: 'none' };

export function evolveCategory(state: CategoryState, event: Evolving<CategoryFact>): CategoryState {
  switch (state.kind) {
    case 'none':
      return begin(state, event);
    case 'live':
      return change(state, event);
    case 'abandoned':
    case 'deleted':
      return state;
  }
}

function begin(state: CategoryState, event: Evolving<CategoryFact>): CategoryState {
  if (event.type === 'CategoryAbandoned') return { kind: 'abandoned' };
  if (event.type !== 'CategoryCreated') return state;
  const { name, description, parentId, allowed, denied, creators, settings } = event.data;
  return {
    kind: 'live',
    name,
    description,
    parentId,
    allowed: allowed && refs(allowed),
    denied: refs(denied),
    creators: refs(creators),
    settings,
    names: new Map(),
    children: new Set(),
  };
}

function change(category: LiveCategory, event: Evolving<CategoryFact>): CategoryState {
  switch (event.type) {
    case 'CategoryRenamed':
    case 'CategoryDescribed':
    case 'CategorySettingsChanged':
      return { ...category, ...event.data };
    case 'CategoryScopeChanged': {
      const { allowed, denied } = event.data;
      return { ...category, allowed: allowed && refs(allowed), denied: refs(denied) };
    }
    case 'CategoryCreatorsChanged':
      return { ...category, creators: refs(event.data.creators) };
    case 'CategoryDeleted':
      return { kind: 'deleted' };
    case 'NameReserved':
      return { ...category, names: withEntry(category.names, event.data.name, event.data.roomId) };
    case 'NameReleased':
      return category.names.get(event.data.name) === event.data.roomId
        ? { ...category, names: withoutEntry(category.names, event.data.name) }
        : category;
    case 'ChildReserved':
      return { ...category, children: withMember(category.children, event.data.categoryId) };
    case 'ChildReleased':
      return { ...category, children: withoutMember(category.children, event.data.categoryId) };
    case 'CategoryCreated':
    case 'CategoryAbandoned':
      return category;
    default:
      return ignoring({ state: category, event });
  }
}

function refs(principals: readonly Principal[]) {
  return new Set(principals.map(refOf));
}
