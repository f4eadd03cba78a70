import type { Position } from '../domain/kernel/position.js';
import type { Key } from './read-models.js';

/** How it stands with one read model, for its operator. */
export interface ReadModelInfo {
  readonly name: string;
  /** Of its rows and tables. */
  readonly version: number;
  /** `filling`: made anew, and not shown yet; `stopped`: by a bug. */
  readonly state: 'filling' | 'catching-up' | 'running' | 'stopped';
  readonly position: Position;
  readonly lagEvents: number;
  readonly lagSeconds: number;
  /** Counted only when asked for: the rows are read for it. */
  readonly rows?: number;
  /** Why it is stopped, or is tried again. */
  readonly problem?: string;
  /** The last task of this process. */
  readonly task?: Task;
}

export type TaskKind = 'rebuild' | 'verify';

/** A row that a rebuild from the log makes otherwise. What it says stays in the log: only its place is told. */
export interface Difference {
  readonly table: string;
  readonly key: Key;
  /** `missing`: the log makes it, the read model has it not; `unexpected`: the other way round. */
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** Members that differ. */
  readonly members?: readonly string[];
}

export interface Task {
  readonly id: string;
  readonly readModel: string;
  readonly kind: TaskKind;
  /** RFC 3339 */
  readonly askedAt: string;
  /** `stopped`: the process ended first; asked again, a rebuild goes on where it was. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  readonly step: 'waiting' | 'filling' | 'copying' | 'swapping' | 'comparing' | 'ended';
  /** Events while it fills, else rows. */
  readonly done: number;
  /** 0: not known. */
  readonly planned: number;
  /** Up to where it went, at its end. */
  readonly position?: Position;
  readonly rows?: number;
  readonly differing?: number;
  /** The first ones. */
  readonly differences?: readonly Difference[];
  /** Why it failed. */
  readonly message?: string;
}

/** An event that no schema knows. Of its payload the shape is shown, never what it says. */
export interface ParkedInfo {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly reason: string;
}

export interface ParkedDetails extends ParkedInfo {
  readonly id: string;
  /** As far as its metadata can be read. */
  readonly time?: string;
  readonly version?: number;
  readonly correlationId?: string;
  /** SHA-256 of data and metadata as JSON, or as stored where they are none. */
  readonly sha256: string;
  /** Members of its data and their JSON types. */
  readonly members: Readonly<Record<string, string>>;
  /** This program knows it by now: `retry` folds it. */
  readonly known: boolean;
}

export interface Retry {
  readonly checked: number;
  /** Known by now. */
  readonly known: number;
  /** Rebuilt for them, in this order. */
  readonly tasks: readonly Task[];
  /** A running node has read these read models into memory: it has to be started again. */
  readonly restart: boolean;
}

/** What can be asked of the read models; the same over HTTP and on a data folder that nobody serves. */
export interface ProjectionControl {
  list(options: { readonly rows: boolean }): Promise<readonly ReadModelInfo[]>;
  has(readModel: string): boolean;
  /** The one under way, if there is one of this kind; `undefined`: another one is, or the read model is being filled. */
  start(readModel: string, kind: TaskKind): Task | undefined;
  task(readModel: string): Task | undefined;
  /** Resolves when nothing is left to do for the task. */
  ended(id: string): Promise<void>;
  parked(page: { readonly after: Position; readonly limit: number }): Promise<readonly ParkedInfo[]>;
  parkedEvent(position: Position): Promise<ParkedDetails | undefined>;
  /** Rebuilds what concerns parked events that are known by now: only from the log's beginning do they fall into their place. */
  retryParked(): Promise<Retry>;
}
