import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Larger ones are slower: their memory comes from the system anew each time. */
const CHUNK = 64 * 1024;

export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a file once, from disk, whatever its size. */
export async function hashFile(
  path: string,
  signal: AbortSignal | undefined,
  onChunk?: (chunk: Buffer) => void,
): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, {
    highWaterMark: CHUNK,
    ...(signal && { signal }),
  }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    onChunk?.(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}
