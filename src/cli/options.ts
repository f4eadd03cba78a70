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
  /** Id or name. */
  readonly room?: string | undefined;
  /** UTC day or RFC 3339 time; from it on, and before it. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly follow: boolean;
  /** One stream from its end to its beginning. */
  readonly backward: boolean;
}

export const EXPORT_FORMATS = ['parquet', 'ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORTED_READ_MODELS = ['messages', 'attendance', 'windows', 'usage'] as const;
export type ExportedReadModel = (typeof EXPORTED_READ_MODELS)[number];

export interface ExportOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly format: ExportFormat;
  /** Folder, made when it is not there. */
  readonly out: string;
  /** Events without it. */
  readonly readModel?: ExportedReadModel | undefined;
  readonly types?: string | undefined;
  readonly streams?: string | undefined;
  readonly room?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly escapeFormulas: boolean;
  readonly json: boolean;
}

export interface ReportOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly name: string;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: number | undefined;
  readonly as: 'table' | 'json' | 'csv';
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
