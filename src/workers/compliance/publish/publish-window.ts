import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { windowFolderName } from '../../../projections/window-view.js';
import { ArchiveBlockedError } from '../blocked.js';
import { MANIFEST } from '../bag/bag.js';
import { checkWindow } from '../check/check-window.js';
import { isFolder } from '../check/layout.js';
import type { Rendering, Window } from '../dependencies.js';
import type { Logger } from '../../logger.js';
import { errorCode, syncFolder } from '../files.js';
import type { ProblemCode } from '../report.js';
import type { LogState } from '../state/log-state.js';
import { renderWindow, type Rendered } from '../window/render-window.js';
import { hiddenName, removeLeftovers } from './hidden-folders.js';
import { own } from './ownership.js';

/** Moments between sealing a window and the end of its publishing, in their order. */
export const STEPS = [
  'sealed',
  'rendering',
  'rendered',
  'checked',
  'renamed',
  'durable',
  'published',
  'remembered',
] as const;
export type Step = (typeof STEPS)[number];

export interface Publishing extends Rendering {
  /** The archive's root. */
  readonly folder: string;
  readonly node: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly step: (step: Step, window: Window) => Promise<void> | void;
}

/** The log is what it is: a gap in it is said in the window and raised as an alarm, but holds nothing up. */
const TOLERATED: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['stream-gap']);

/**
 * Renders a sealed window out of sight, checks it by reading it again, and makes it visible by one rename. What is visible
 * is complete, durable and never written again. `state` must be at the window's beginning.
 */
export async function makeVisible(window: Window, state: LogState, publishing: Publishing): Promise<Rendered> {
  const { folder, node, signal, step } = publishing;
  const parent = `${folder}/${window.adapter}`;
  const name = windowFolderName(window);
  await prepare(window, publishing);
  await own(parent, node, publishing.store);
  await removeLeftovers(parent, node, window.number - 1);
  await step('sealed', window);
  const hidden = `${parent}/${hiddenName(name, node)}`;
  try {
    const onProgress = () => step('rendering', window);
    const rendered = await renderWindow(window, hidden, state, publishing, { signal, onProgress });
    await step('rendered', window);
    await check(hidden, name, publishing);
    await step('checked', window);
    await reveal(hidden, `${parent}/${name}`, name, publishing);
    await step('renamed', window);
    await syncFolder(parent);
    await step('durable', window);
    return rendered;
  } finally {
    await rm(hidden, { recursive: true, force: true }).catch(() => undefined); // the error on its way says more
  }
}

/**
 * The first window makes the archive's root. After that a missing root is no reason to make one: it is a share that is not
 * mounted, and windows written beside it would never be collected.
 */
async function prepare({ adapter, number }: Window, { folder }: Publishing): Promise<void> {
  if (number === 1) await mkdir(folder, { recursive: true });
  const parent = `${folder}/${adapter}`;
  if (await isFolder(parent)) return;
  await mkdir(parent).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  await syncFolder(folder);
}

async function check(folder: string, name: string, { signal, logger }: Publishing): Promise<void> {
  const { problems, warnings } = await checkWindow(folder, name, { signal });
  const [first] = problems.filter(({ code }) => !TOLERATED.has(code));
  if (first) {
    throw new ArchiveBlockedError(
      `Window ${name} did not pass its check (${first.path}: ${first.message}) and was not published. This is a defect of Hansard; nothing is lost.`,
    );
  }
  if (warnings.length > 0) logger.warn({ window: name, warnings: warnings.slice(0, 5) }, 'oddities in the record');
}

/** After a crash behind the rename the folder is there already, and another node may be faster: then it must be the same. */
async function reveal(hidden: string, visible: string, name: string, publishing: Publishing): Promise<void> {
  try {
    await rename(hidden, visible);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error))) throw error;
    const [rendered, there] = await Promise.all([hidden, visible].map(manifestOf));
    const { problems } = await checkWindow(visible, name, { signal: publishing.signal });
    if (rendered === there && problems.every(({ code }) => TOLERATED.has(code))) return;
    throw new ArchiveBlockedError(
      `${visible} is there already, and it is not the window that the log gives. Nothing visible is ever rewritten: move it away, and the window is published.`,
    );
  }
}

function manifestOf(folder: string): Promise<string | undefined> {
  return readFile(`${folder}/${MANIFEST}`, 'utf8').catch(() => undefined);
}
