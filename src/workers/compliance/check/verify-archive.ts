import { basename, resolve } from 'node:path';
import { ADAPTERS } from '../dependencies.js';
import { Findings, type Counts, type Problem, type Report } from '../report.js';
import { LogWitness, type AgainstLog } from './against-log.js';
import { Chain } from './chain.js';
import { checkWindow, type WindowCheck } from './check-window.js';
import { adapterFolder, layoutOf, rootFolder } from './layout.js';

export interface VerifyOptions {
  /** Compares every window with the log too. */
  readonly against?: AgainstLog | undefined;
  /** Called with the path of each window, relative to what is verified, before it is read. */
  readonly onWindow?: ((path: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Proves that archive windows are whole. `path`: a window's folder, an adapter's folder, or the archive's root. Needs
 * nothing but the files; with the log at hand it also proves that they are what the log gives.
 */
export async function verifyArchive(path: string, options: VerifyOptions = {}): Promise<Report> {
  const verification = new Verification(options);
  const folder = resolve(path);
  switch (await layoutOf(folder)) {
    case 'nothing':
      verification.findings.problem('', 'not-found', `There is no folder ${path}: nothing was published there yet.`);
      break;
    case 'window':
      await verification.window(folder);
      break;
    case 'adapter':
      await verification.adapter(folder, '', basename(folder));
      break;
    case 'root':
      await verification.root(folder);
  }
  return verification.report(path);
}

class Verification {
  readonly findings = new Findings();
  readonly #inWindows: { readonly problems: Problem[]; readonly warnings: Problem[] } = { problems: [], warnings: [] };
  readonly #counts: Counts = { adapters: 0, windows: 0, files: 0, bytes: 0, events: 0, messages: 0 };
  readonly #options: VerifyOptions;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  report(path: string): Report {
    const problems = [...this.findings.problems, ...this.#inWindows.problems];
    const warnings = [...this.findings.warnings, ...this.#inWindows.warnings];
    return { ok: problems.length === 0, path, problems, warnings, counts: this.#counts };
  }

  async root(folder: string): Promise<void> {
    const { adapters, foreign } = await rootFolder(folder);
    this.#foreign('', foreign);
    for (const name of adapters) await this.adapter(`${folder}/${name}`, `${name}/`, name);
    for (const name of ADAPTERS) if (!adapters.includes(name)) await this.#absent(name);
  }

  /** An adapter without a folder is missed when the log knows of windows. */
  async #absent(name: string): Promise<void> {
    const witness = await this.#witness(name);
    if (!witness?.knowsWindows) return;
    this.#counts.adapters += 1;
    witness.missing(`${name}/`, []);
  }

  /** `prefix` goes before paths: "", or the adapter's name and a slash. */
  async adapter(folder: string, prefix: string, name: string): Promise<void> {
    this.#counts.adapters += 1;
    const { windows, foreign } = await adapterFolder(folder);
    this.#foreign(prefix, foreign);
    const witness = await this.#witness(name);
    const chain = new Chain(this.findings, (number) => witness?.isCollected(number) ?? false);
    for (const place of windows) {
      const path = `${prefix}${place.name}`;
      const check = await this.#check(`${folder}/${place.name}`, path, place.name);
      this.#compareAdapter(path, check, name);
      chain.add(path, place, check);
      await witness?.testify(`${folder}/${place.name}`, path, place.number, check);
    }
    witness?.missing(
      prefix,
      windows.map(({ number }) => number),
    );
  }

  async window(folder: string): Promise<void> {
    const check = await this.#check(folder, '', basename(folder));
    if (!check.window) return;
    const { adapter, number } = check.window;
    const witness = await this.#witness(adapter);
    await witness?.testify(folder, '', number, check);
  }

  async #witness(adapter: string): Promise<LogWitness | undefined> {
    const { against, signal } = this.#options;
    return against && LogWitness.of(adapter, against, this.findings, signal);
  }

  async #check(folder: string, path: string, name: string): Promise<WindowCheck> {
    this.#options.onWindow?.(path);
    const check = await checkWindow(folder, name, { signal: this.#options.signal });
    const placed = (found: Problem) => ({ ...found, path: [path, found.path].filter(Boolean).join('/') });
    this.#inWindows.problems.push(...check.problems.map(placed));
    this.#inWindows.warnings.push(...check.warnings.map(placed));
    this.#counts.windows += 1;
    this.#counts.files += check.files.length;
    this.#counts.bytes += check.files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#counts.events += check.window?.events ?? 0;
    this.#counts.messages += check.window?.totals.messages ?? 0;
    return check;
  }

  #compareAdapter(path: string, { window }: WindowCheck, name: string): void {
    if (window && window.adapter !== name)
      this.findings.problem(path, 'folder-name', `the window in it is one of the adapter ${window.adapter}`);
  }

  #foreign(prefix: string, names: readonly string[]): void {
    for (const name of names) this.findings.problem(`${prefix}${name}`, 'foreign-file', 'does not belong there');
  }
}
