import type { CategoryFact, CategoryState } from '../../domain/category/category.js';
import { categoryDecider, type CreateCategory } from '../../domain/category/decide.js';
import { unmarked, type CommandContext } from '../../domain/kernel/command.js';
import type { Rejection } from '../../domain/kernel/decider.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import { createOnce } from './creating.js';
import { loadCategory, onCategory, type CommandServices } from './handling.js';
import type { Names } from './names.js';

type Changed = Handled<CategoryState>;

/** The commands on categories that touch more than one stream. */
export class Categories {
  readonly #services: CommandServices;
  readonly #names: Names;

  constructor(services: CommandServices, names: Names) {
    this.#services = services;
    this.#names = names;
  }

  /** A child is announced in its parent first, so that nobody deletes the parent under it. */
  async create(
    body: Omit<CreateCategory, 'type'>,
    context: CommandContext,
  ): Promise<(Changed & { readonly categoryId: string }) | Rejection> {
    const make = async (categoryId: string): Promise<Changed> => {
      const refused = await this.#announce(body.parentId, categoryId, unmarked(context));
      return refused ?? onCategory(this.#services, categoryId, { ...body, type: 'CreateCategory' }, context);
    };
    const created = await createOnce<CategoryState, CategoryFact>(
      this.#services,
      'category',
      categoryDecider,
      context,
      make,
    );
    return created.kind === 'rejected' ? created : { ...created, categoryId: created.id };
  }

  /** What was reserved and never used does not keep a category from being deleted: it is fenced and released first. */
  async delete(
    categoryId: string,
    parentId: string | undefined,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    const others = unmarked(context);
    for (let revision = ifRevision; ;) {
      const deleted = await onCategory(this.#services, categoryId, { type: 'DeleteCategory' }, context, revision);
      if (deleted.kind === 'done') {
        await this.#leave(parentId, categoryId, others);
        return deleted;
      }
      if (deleted.code !== 'category-not-empty') return deleted;
      const released = await this.#releaseFirst(categoryId, others);
      if (released === 'in-use') return deleted;
      // The caller's condition holds as long as nobody but this command has changed the category.
      if (released?.kind === 'done' && released.revision - released.events.length === revision)
        revision = released.revision;
    }
  }

  async #announce(
    parentId: string | undefined,
    categoryId: string,
    context: CommandContext,
  ): Promise<Rejection | undefined> {
    if (parentId === undefined) return undefined;
    const reserved = await onCategory(this.#services, parentId, { type: 'ReserveChild', categoryId }, context);
    return reserved.kind === 'rejected' ? reserved : undefined;
  }

  /** The category is deleted for good: what cannot be told to the parent now is found out when the parent is deleted. */
  async #leave(parentId: string | undefined, categoryId: string, context: CommandContext): Promise<void> {
    if (parentId === undefined) return;
    try {
      await onCategory(this.#services, parentId, { type: 'ReleaseChild', categoryId }, context);
    } catch (error) {
      this.#services.logger.warn(
        { err: error, categoryId, parentId },
        'a deleted category was not taken from its parent',
      );
    }
  }

  /** Releases the first name or child, unless it is in use; undefined when somebody else has released the last one. */
  async #releaseFirst(categoryId: string, context: CommandContext): Promise<Changed | 'in-use' | undefined> {
    const { state, revision: seen } = await loadCategory(this.#services, categoryId);
    if (state.kind !== 'live') return undefined;
    const [held] = state.names;
    if (held) {
      const [name, roomId] = held;
      const isFree = await this.#names.fence(categoryId, name, roomId, context);
      return isFree ? this.#names.release(categoryId, name, roomId, seen, context) : 'in-use';
    }
    const [child] = state.children;
    if (child === undefined) return undefined;
    const isFree = await this.#abandon(child, context);
    const release = { type: 'ReleaseChild', categoryId: child } as const;
    return isFree ? onCategory(this.#services, categoryId, release, context) : 'in-use';
  }

  /** Makes sure that the child does not exist and never will; false when it does. */
  async #abandon(child: string, context: CommandContext): Promise<boolean> {
    const abandoned = await onCategory(this.#services, child, { type: 'AbandonCategory' }, context);
    return abandoned.kind === 'done';
  }
}
