import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread of the file at `url`, named `.js` as in an import: the compiled file where there is one, else its
 * TypeScript source, translated while it is loaded.
 */
export function startWorker(url: URL, workerData: unknown): Worker {
  if (existsSync(url)) return new Worker(url, { workerData, execArgv: [] });
  const source = JSON.stringify(url.href.replace(/\.js$/, '.ts'));
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${tsx}).then((tsx) => { tsx.register(); return import(${source}); });`;
  return new Worker(code, { eval: true, workerData, execArgv: [] });
}
