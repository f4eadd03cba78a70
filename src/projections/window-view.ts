import type { SequenceCodec } from './sequence.js';
import type { WindowRow } from './windows.js';
import type { Position } from '../domain/kernel/position.js';

/** A window as it leaves the house: in the API's lists, and (its range) in `window.json`. */
export interface WindowView {
  readonly adapter: string;
  readonly number: number;
  /** Opaque sequences; everything behind `from`, up to and with `to`. */
  readonly from: string;
  readonly to: string;
  /** RFC 3339 */
  readonly fromTime: string;
  readonly toTime: string;
  readonly events: number;
  readonly state: WindowRow['state'];
  /** Relative to the archive's root: where the window is, or will be when it is published. */
  readonly folder: string;
}

export function windowView(row: WindowRow, sequences: SequenceCodec): WindowView {
  const { adapter, number, fromTime, toTime, events, state, folder } = row;
  return {
    adapter,
    number,
    ...windowRange(row, sequences),
    fromTime,
    toTime,
    events,
    state,
    folder: folder === '' ? windowFolder(row) : folder,
  };
}

/** The range as sequences: what the API lists and `window.json` says must be the same strings. */
export function windowRange(
  { from, to }: Pick<WindowRow, 'from' | 'to'>,
  sequences: SequenceCodec,
): Pick<WindowView, 'from' | 'to'> {
  return { from: sequences.encode(from as Position), to: sequences.encode(to as Position) };
}

/** `<adapter>/<number, 10 digits>_<fromUTC>_<toUTC>`: made of numbers and times alone. */
export function windowFolder(window: Pick<WindowRow, 'adapter' | 'number' | 'fromTime' | 'toTime'>): string {
  return `${window.adapter}/${windowFolderName(window)}`;
}

export function windowFolderName({
  number,
  fromTime,
  toTime,
}: Pick<WindowRow, 'number' | 'fromTime' | 'toTime'>): string {
  return `${String(number).padStart(10, '0')}_${stamp(fromTime)}_${stamp(toTime)}`;
}

/** `20261123T140000000Z` */
function stamp(time: string): string {
  return time.replace(/[-:.]/g, '');
}
