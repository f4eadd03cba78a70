import { readFile } from 'node:fs/promises';
import { windowFolder, windowFolderName } from '../../../projections/window-view.js';
import { BAG_INFO, bagInfo, BAGIT, DECLARATION, MANIFEST, manifestOf, TAG_MANIFEST } from '../bag/bag.js';
import type { WrittenFile } from '../bag/output-file.js';
import { EVENTS_JSONL } from '../jsonl/jsonl-writer.js';
import { Findings, type Problem } from '../report.js';
import { WINDOW_JSON, windowJson, type WindowJson } from '../window/window-json.js';
import { CONVERSATIONS_XML, ENTRY_TYPES } from '../xml/names.js';
import { compareNames, filesOfBag } from './bag-files.js';
import { JsonlCheck } from './check-jsonl.js';
import { XmlCheck } from './check-xml.js';
import { ContentCheck } from './content-check.js';
import { hashFile } from './streaming.js';
import { Lines } from './lines.js';

export interface WindowCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** `undefined`: it could not be read. */
  readonly window: WindowJson | undefined;
  readonly manifestSha256: string | undefined;
  readonly files: readonly WrittenFile[];
}

const PAYLOADS = { jsonl: EVENTS_JSONL, xml: CONVERSATIONS_XML };

/**
 * Reads a window's folder anew from disk, whole, in bounded memory: are the files there that belong there and no others,
 * have they the hashes that the manifests say, does the payload hold what `window.json` says, is it a record that hangs
 * together? `name`: the folder's name as collectors see it.
 */
export async function checkWindow(
  folder: string,
  name: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WindowCheck> {
  const findings = new Findings();
  const names = await filesOfBag(folder, findings);
  const window = await readWindowJson(folder, names, findings);
  compareNames(names, window && PAYLOADS[window.adapter], findings);
  if (window) checkHead(window, name, findings);
  const files: WrittenFile[] = [];
  for (const path of names) {
    const reader = window && path === PAYLOADS[window.adapter] ? payloadReader(window, path, findings) : undefined;
    files.push({ path, ...(await hashFile(`${folder}/${path}`, signal, reader?.chunk)) });
    reader?.finish();
  }
  await checkTags(folder, files, window, findings);
  const manifestSha256 = files.find(({ path }) => path === MANIFEST)?.sha256;
  return { problems: findings.problems, warnings: findings.warnings, window, manifestSha256, files };
}

async function readWindowJson(
  folder: string,
  names: readonly string[],
  findings: Findings,
): Promise<WindowJson | undefined> {
  if (!names.includes(WINDOW_JSON)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      await readFile(`${folder}/${WINDOW_JSON}`),
    );
    return windowJson.parse(JSON.parse(text));
  } catch (error) {
    findings.problem(WINDOW_JSON, 'bad-window', messageOf(error));
    return undefined;
  }
}

function checkHead(window: WindowJson, name: string, findings: Findings): void {
  const { events, totals, fromTime, toTime, number, previousManifestSha256, unknown } = window;
  const bad = (message: string) => findings.problem(WINDOW_JSON, 'bad-window', message);
  const expected = windowFolderName(window);
  if (name !== expected) findings.problem('', 'folder-name', `the window in it belongs into ${expected}`);
  if (fromTime > toTime) bad('it ends before it begins');
  if ((number === 1) !== (previousManifestSha256 === undefined)) bad('only the first window has no manifest before it');
  const known = Object.values(totals.byType).reduce((sum, count) => sum + count, 0);
  if (known + totals.unknown !== events) bad(`${known} known and ${totals.unknown} unknown events are not ${events}`);
  if (unknown.length !== totals.unknown) bad(`${unknown.length} of ${totals.unknown} unknown events are listed`);
  for (const { stream, first, last, events: count } of window.streams)
    if (last - first + 1 !== count)
      findings.problem(WINDOW_JSON, 'stream-gap', `${stream} has ${count} events from revision ${first} to ${last}`);
}

interface PayloadReader {
  readonly chunk: (bytes: Buffer) => void;
  readonly finish: () => void;
}

/** After the first thing that is wrong with the format nothing more is read, but the file is hashed to its end. */
function payloadReader(window: WindowJson, path: string, findings: Findings): PayloadReader {
  const types = isStrict(window) ? new Set<string>(Object.values(ENTRY_TYPES)) : undefined;
  const content = new ContentCheck(window, path, findings, { whole: types === undefined, ...(types && { types }) });
  const check = window.adapter === 'jsonl' ? new JsonlCheck(content) : new XmlCheck(window, content, findings);
  let isBroken = false;
  const attempt = (act: () => void) => {
    if (isBroken) return;
    try {
      act();
    } catch (error) {
      isBroken = true;
      findings.problem(path, 'bad-payload', messageOf(error));
    }
  };
  const lines = new Lines((text) => check.text(text));
  return {
    chunk: (bytes) => attempt(() => lines.chunk(bytes)),
    finish: () =>
      attempt(() => {
        lines.finish();
        check.finish();
      }),
  };
}

async function checkTags(
  folder: string,
  files: readonly WrittenFile[],
  window: WindowJson | undefined,
  findings: Findings,
): Promise<void> {
  const payload = files.filter(({ path }) => path.startsWith('data/'));
  const tags = files.filter(({ path }) => !path.startsWith('data/') && path !== TAG_MANIFEST);
  const text = (path: string) => readFile(`${folder}/${path}`, 'utf8').catch(() => undefined);
  compareManifest(MANIFEST, await text(MANIFEST), payload, findings);
  compareManifest(TAG_MANIFEST, await text(TAG_MANIFEST), tags, findings);
  if ((await text(BAGIT)) !== DECLARATION) findings.problem(BAGIT, 'bad-bag', 'does not declare BagIt 1.0 in UTF-8');
  if (window && (await text(BAG_INFO)) !== bagInfo(window, windowFolder(window), payload))
    findings.problem(BAG_INFO, 'bad-bag', 'is not what this window and its payload make it');
}

/** The manifest must be, byte for byte, the one that the files have. */
function compareManifest(
  name: string,
  text: string | undefined,
  files: readonly WrittenFile[],
  findings: Findings,
): void {
  if (text === undefined || text === manifestOf(files)) return;
  const listed = new Map(text.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
  let isExplained = false;
  for (const { path, sha256 } of files) {
    const said = listed.get(path);
    if (said === sha256) continue;
    isExplained = true;
    if (said === undefined) findings.problem(name, 'bad-manifest', `does not list ${path}`);
    else findings.problem(path, 'changed-file', `has SHA-256 ${sha256}, ${name} says ${said}`);
  }
  if (!isExplained) findings.problem(name, 'bad-manifest', 'is not as it was written');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Only the original's own entries are in the payload. */
function isStrict({ adapter, profile }: WindowJson): boolean {
  return adapter === 'xml' && profile === 'strict';
}
