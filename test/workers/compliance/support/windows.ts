import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Position } from '../../../../src/domain/kernel/position.js';
import { windowFolderName } from '../../../../src/projections/window-view.js';
import type { Window } from '../../../../src/workers/compliance/dependencies.js';
import { foldLog } from '../../../../src/workers/compliance/state/fold-log.js';
import { LogState } from '../../../../src/workers/compliance/state/log-state.js';
import { renderWindow } from '../../../../src/workers/compliance/window/render-window.js';
import type { Record } from './record.js';

/** A folder that is gone when the test is over. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hansard-archive-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A window from the beginning of the log to its end. */
export async function wholeLog(record: Record, parts: Partial<Window> = {}): Promise<Window> {
  return {
    adapter: 'xml',
    number: 1,
    from: 0,
    to: await record.head(),
    fromTime: '2026-11-23T14:00:00.000Z',
    toTime: '2026-11-23T15:00:00.000Z',
    profile: 'full',
    software: '1.0.0',
    ...parts,
  };
}

/** Renders a window below a folder; gives where it is. */
export async function rendered(record: Record, window: Window, root: string): Promise<string> {
  const folder = join(root, windowFolderName(window));
  await mkdir(root, { recursive: true });
  const state = new LogState();
  await foldLog(state, window.from as Position, record.store, undefined);
  await renderWindow(window, folder, state, record.rendering);
  return folder;
}

/** Every file below a folder by its relative path. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = paths
    .sort()
    .map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(pairs));
}
