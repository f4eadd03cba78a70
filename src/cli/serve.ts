import type { Mode } from '../config/defaults.js';
import { start, type Hansard } from '../composition.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import type { ServerOptions } from './options.js';
import { standardOutput } from './output.js';

/** `hansard serve`: a node, until it is told to stop. */
export async function runServe({ flags }: ServerOptions): Promise<void> {
  await runServer('production', flags, (hansard) => {
    standardOutput.err(`Hansard ${hansard.version} serves ${hansard.url}\n`);
    return Promise.resolve();
  });
}

/** Starts a node, tells, and waits for SIGTERM or SIGINT, or for a failure that no node survives. */
export async function runServer(
  mode: Mode,
  flags: ServerOptions['flags'],
  started: (hansard: Hansard) => Promise<void>,
): Promise<void> {
  const config = configOrFail(mode, flags);
  const ending = new AbortController();
  const asked = signalled();
  void asked.then(() => ending.abort());
  const hansard = await start(config, { signal: ending.signal }).catch((error: unknown) => {
    if (ending.signal.aborted) return undefined; // as it was told
    throw error;
  });
  if (!hansard) return;
  try {
    await started(hansard);
    const end = await Promise.race([asked, hansard.failed]);
    if (end instanceof Error) throw new CliFailure(end.message, EXIT.failed);
  } finally {
    if (!(await hansard.stop())) process.exitCode = EXIT.failed;
  }
}

/** Resolves at the first signal; the second one ends the process at once. */
function signalled(): Promise<'asked'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        for (const again of ['SIGTERM', 'SIGINT'] as const) {
          process.removeAllListeners(again); // the default action is to end at once
        }
        resolve('asked');
      });
    }
  });
}
