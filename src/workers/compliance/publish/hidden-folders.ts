import { readdir, rm } from 'node:fs/promises';

const HIDDEN = /^\.([0-9]{10})_[^.]*\.(.*)$/;

/** Where a node renders a window: beside the place where it will be visible, so on the same file system. */
export function hiddenName(name: string, node: string): string {
  return `.${name}.${node}`;
}

/**
 * Removes what crashes left behind: folders of this node, and any of windows that are published. Another node may be
 * rendering the window that is not.
 */
export async function removeLeftovers(folder: string, node: string, published: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, number, owner] = HIDDEN.exec(name) ?? [];
    if (number === undefined) continue;
    if (owner === node || Number(number) <= published) await rm(`${folder}/${name}`, { recursive: true, force: true });
  }
}
