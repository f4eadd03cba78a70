import type { ProposedEvent, StreamName } from '../../../domain/kernel/event.js';
import { InvalidAppendError, MAX_APPEND_BYTES } from '../../../domain/kernel/event-store.js';
import type { EventText } from './protocol.js';

/** UTF-8 needs at most so many bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Made to text here and nowhere else. Throws InvalidAppendError. */
export function eventTexts(stream: StreamName, events: readonly ProposedEvent[]): readonly EventText[] {
  if (stream.length === 0) throw new InvalidAppendError('the stream has no name');
  if (events.length === 0) throw new InvalidAppendError('an append needs one event at least');
  const texts = events.map(eventText);
  if (texts.length > 1 && new Set(texts.map(({ id }) => id)).size < texts.length) {
    throw new InvalidAppendError('two events of one append have the same id');
  }
  const units = texts.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
  if (units * BYTES_PER_UNIT > MAX_APPEND_BYTES) checkBytes(texts);
  return texts;
}

function eventText({ id, type, data, metadata }: ProposedEvent): EventText {
  if (id.length === 0 || type.length === 0) throw new InvalidAppendError('an event needs an id and a type');
  return { id, type, data: jsonText(data, type), metadata: jsonText(metadata, type) };
}

function checkBytes(texts: readonly EventText[]): void {
  const bytes = texts.reduce(
    (sum, { data, metadata }) => sum + Buffer.byteLength(data) + Buffer.byteLength(metadata),
    0,
  );
  if (bytes > MAX_APPEND_BYTES) {
    throw new InvalidAppendError(
      `an append holds at most ${MAX_APPEND_BYTES} bytes of data and metadata, not ${bytes}`,
    );
  }
}

function jsonText(value: object, type: string): string {
  const text = stringified(value, type);
  if (text === undefined) throw new InvalidAppendError(`${type}: data and metadata must be JSON`);
  return text;
}

/** JSON.stringify has no text for a function, whatever its declaration says. */
function stringified(value: unknown, type: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new InvalidAppendError(`${type}: data and metadata must be JSON`, { cause: error });
  }
}
