import type { RecordedEvent } from '../../domain/kernel/event.js';

/** Server time; `undefined` where another program, or damage, left none. */
export function eventTime({ metadata }: Pick<RecordedEvent, 'metadata'>): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('time' in metadata)) return undefined;
  return typeof metadata.time === 'string' ? metadata.time : undefined;
}
