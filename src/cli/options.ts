import type { Mode } from '../config/defaults.js';
import type { Flags } from './load.js';

/** Options of `dev` and `serve`. The mode says which one it is. */
export interface ServerOptions {
  readonly flags: Flags;
}

export interface ReplayOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  /** A running server to read from; the data folder itself without it. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** Cursor to go on after. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly types?: string | undefined;
  readonly streams?: string | undefined;
  readonly follow: boolean;
}

export interface ArchiveVerifyOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  /** A window, an adapter's folder or an archive root; the configured archive without it. */
  readonly folder?: string | undefined;
  readonly againstLog: boolean;
  readonly json: boolean;
}

export interface ArchiveListOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly adapter?: string | undefined;
  readonly json: boolean;
}

export interface ArchiveCutOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly adapter: string;
  /** The running server that cuts. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly json: boolean;
}
