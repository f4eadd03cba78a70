import type { Config } from './config/config.js';

/** The node cannot start as things are. The message is a sentence that says what to do. */
export class CannotStartError extends Error {
  override readonly name = 'CannotStartError';
}

/** A failure of the machine as a sentence; anything else is a bug and stays what it is. */
export function asCannotStart(error: unknown, { data, http: { host, port } }: Config): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const sentence = sentenceFor(String(error.code), error.message, { data, address: `${host}:${port}`, port });
  return sentence === undefined ? error : new CannotStartError(sentence, { cause: error });
}

interface Where {
  readonly data: string;
  readonly address: string;
  readonly port: number;
}

function sentenceFor(code: string, message: string, { data, address, port }: Where): string | undefined {
  if (message.startsWith('listen ')) {
    const taken = code === 'EADDRINUSE';
    const why = taken ? `port ${port} is in use` : `it may not be listened to (${code})`;
    return `Cannot serve ${address}: ${why}. Choose another one with HANSARD_PORT or HANSARD_HOST.`;
  }
  const cannot = `The data folder ${data} cannot be used`;
  switch (code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return `${cannot}: it, or what it lies in, is a file and no folder. Choose another one with HANSARD_DATA.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${cannot}: it may not be written (${code}). Give this user the right, or choose another one with HANSARD_DATA.`;
    case 'ENOSPC':
      return `${cannot}: the disk is full. Make room, then start again.`;
    default:
      return undefined;
  }
}
