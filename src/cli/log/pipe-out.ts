import type { Writable } from 'node:stream';

/**
 * Writes what comes as fast as the reader takes it, and pulls nothing more while it takes nothing. A reader that went away
 * (`| head`) is the end of it, and no error.
 */
export async function pipeOut(
  chunks: AsyncIterable<string | Uint8Array>,
  out: Writable = process.stdout,
): Promise<void> {
  let failure: Error | undefined;
  let wake = () => {};
  const onError = (error: Error) => {
    failure ??= error;
    wake();
  };
  const onDrain = () => wake();
  out.on('error', onError).on('drain', onDrain);
  try {
    for await (const chunk of chunks) {
      if (!failure && !out.write(chunk)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (failure ?? !out.writableNeedDrain) resolve();
        });
      }
      if (failure) break;
    }
    // What a pipe refuses is said one turn later.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    out.off('drain', onDrain);
    // The listener for errors stays: the last write may fail after this.
  }
  if (failure && !isGone(failure)) throw failure;
}

function isGone(error: Error): boolean {
  return (
    'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_DESTROYED')
  );
}
