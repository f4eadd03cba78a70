import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** As much of esbuild, which comes with tsx, as is needed. */
interface Esbuild {
  buildSync(options: Readonly<Record<string, unknown>>): { readonly outputFiles: readonly { readonly text: string }[] };
}

const translated = new Map<string, string>();

/**
 * Starts a worker thread of the file at `url`, named `.js` as in an import: the compiled file where there is one, else its
 * TypeScript source. That may not use `import.meta` or await at its top level.
 */
export function startWorker(url: URL, workerData: unknown): Worker {
  if (existsSync(url)) return new Worker(url, { workerData, execArgv: [] });
  const source = fileURLToPath(url).replace(/\.js$/, '.ts');
  const code = translated.get(source) ?? translate(source);
  translated.set(source, code);
  return new Worker(code, { eval: true, workerData, execArgv: [] });
}

/** One script, once for each process: a loader in every thread would take half a second each. */
function translate(source: string): string {
  const tsx = createRequire(import.meta.url).resolve('tsx/package.json');
  const esbuild = createRequire(tsx)('esbuild') as Esbuild;
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [source],
    bundle: true,
    packages: 'external',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    write: false,
  });
  return `require = require('node:module').createRequire(${JSON.stringify(source)});\n${outputFiles[0]?.text ?? ''}`;
}
