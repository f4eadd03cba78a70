import type { CategoryState } from '../../domain/category/category.js';
import type { CreateCategory } from '../../domain/category/decide.js';
import { unmarked, type CommandContext } from '../../domain/kernel/command.js';
import type { Rejection } from '../../domain/kernel/decider.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import type { Services } from '../services.js';
import { loadCategory, onCategory } from './handling.js';
import type { Names } from './names.js';

type Changed = Handled<CategoryState>;

/** The commands on categories that touch more than one stream. */
export class Categories {
  readonly #services: Services;
  readonly #names: Names;

  constructor(services: Services, names: Names) {
    this.#services = services;
    this.#names = names;
  }

  /** A child is announced in its parent first, so that nobody deletes the parent under it. */
  async create(
    body: Omit<CreateCategory, 'type'>,
    context: CommandContext,
  ): Promise<(Changed & { readonly categoryId: string }) | Rejection> {
    for (let attempt = 0; ; attempt += 1) {
      const categoryId = this.#newId(context, attempt);
      if (body.parentId !== undefined) {
        const reserved = await onCategory(
          this.#services,
          body.parentId,
          { type: 'ReserveChild', categoryId },
          unmarked(context),
        );
        if (reserved.kind === 'rejected') return reserved;
      }
      const created = await onCategory(this.#services, categoryId, { ...body, type: 'CreateCategory' }, context);
      if (created.kind === 'rejected' && created.code === 'category-exists') continue; // abandoned before it came to be
      return created.kind === 'rejected' ? created : { ...created, categoryId };
    }
  }

  /** What was reserved and never used does not keep a category from being deleted: it is fenced and released first. */
  async delete(
    categoryId: string,
    parentId: string | undefined,
    context: CommandContext,
    ifRevision?: number,
  ): Promise<Changed> {
    const others = unmarked(context);
    for (;;) {
      const deleted = await onCategory(this.#services, categoryId, { type: 'DeleteCategory' }, context, ifRevision);
      if (deleted.kind === 'done') {
        if (parentId !== undefined)
          await onCategory(this.#services, parentId, { type: 'ReleaseChild', categoryId }, others);
        return deleted;
      }
      if (deleted.code !== 'category-not-empty' || !(await this.#releaseUnused(categoryId, others))) return deleted;
    }
  }

  /** Releases one reservation that nobody uses; false when there is none. */
  async #releaseUnused(categoryId: string, context: CommandContext): Promise<boolean> {
    const { state } = await loadCategory(this.#services, categoryId);
    if (state.kind !== 'live') return false;
    for (const [name, roomId] of state.names) {
      if (await this.#names.uses(categoryId, name, roomId)) return false; // not empty, whatever else is there
      if (!(await this.#names.fence(categoryId, name, roomId, context))) return false;
      await onCategory(this.#services, categoryId, { type: 'ReleaseName', roomId, name }, context);
      return true;
    }
    for (const child of state.children) {
      const { state: childState } = await loadCategory(this.#services, child);
      if (childState.kind === 'live') return false;
      if (childState.kind === 'none') await onCategory(this.#services, child, { type: 'AbandonCategory' }, context);
      await onCategory(this.#services, categoryId, { type: 'ReleaseChild', categoryId: child }, context);
      return true;
    }
    return false;
  }

  #newId({ idempotency }: CommandContext, attempt: number): string {
    const { ids } = this.#services;
    return idempotency ? ids.derived('category', idempotency.key, String(attempt)) : ids.random();
  }
}
