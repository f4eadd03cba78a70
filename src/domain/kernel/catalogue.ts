import type { EventMetadata, RecordedEvent } from './event.js';

/** What a zod schema offers to the kernel, which knows no zod. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly message: string } };
}

/** One type of event: the schema in which it is written now, and how each older shape becomes the next one. */
export interface EventDefinition<Data> {
  readonly version: number;
  readonly schema: Schema<Data>;
  /** `upcasters[n]` makes version n + 2 of version n + 1; there are `version - 1` of them. */
  readonly upcasters: readonly ((data: unknown) => unknown)[];
}

export type Definitions = Readonly<Record<string, EventDefinition<object>>>;

type DataOf<D> = D extends EventDefinition<infer Data> ? Data : never;

/** The union of all events of a catalogue, told apart by `type`. */
export type TypedEvent<D extends Definitions> = {
  readonly [Type in keyof D & string]: Omit<RecordedEvent, 'type' | 'data' | 'metadata'> & {
    readonly type: Type;
    readonly data: DataOf<D[Type]>;
    readonly metadata: EventMetadata;
  };
}[keyof D & string];

/** An event that no schema knows: kept in the log, shown to the operator, accounted for in the archive. */
export interface ParkedEvent {
  readonly kind: 'parked';
  readonly event: RecordedEvent;
  readonly reason: string;
}

export interface Catalogue<D extends Definitions> {
  /** Version in which events of this type are written. */
  readonly versionOf: (type: string) => number;
  /** Parses and upcasts; the answer is remembered with the recorded event, so asking again costs nothing. */
  readonly decode: (event: RecordedEvent) => TypedEvent<D> | ParkedEvent;
  /** The same without remembering, which costs more than parsing does: for who looks at each event once. */
  readonly parse: (event: RecordedEvent) => TypedEvent<D> | ParkedEvent;
}

export function isParked(decoded: object): decoded is ParkedEvent {
  return 'kind' in decoded && decoded.kind === 'parked';
}

export function makeCatalogue<D extends Definitions>(
  definitions: D,
  metadataSchema: Schema<EventMetadata>,
): Catalogue<D> {
  const known = new WeakMap<RecordedEvent, TypedEvent<D> | ParkedEvent>();
  return {
    versionOf(type) {
      const definition = definitions[type];
      if (!definition) throw new Error(`no event type ${type}`);
      return definition.version;
    },
    decode(event) {
      const before = known.get(event);
      if (before) return before;
      const decoded = decode(event, definitions, metadataSchema);
      known.set(event, decoded);
      return decoded;
    },
    parse: (event) => decode(event, definitions, metadataSchema),
  };
}

function decode<D extends Definitions>(
  event: RecordedEvent,
  definitions: D,
  metadataSchema: Schema<EventMetadata>,
): TypedEvent<D> | ParkedEvent {
  const park = (reason: string): ParkedEvent => ({ kind: 'parked', event, reason });
  if (event.damagedSha256 !== undefined) return park('the stored payload is no JSON');
  const definition = definitions[event.type];
  if (!definition) return park(`no event type ${event.type}`);
  const metadata = metadataSchema.safeParse(event.metadata);
  if (!metadata.success) return park(`metadata: ${metadata.error.message}`);
  const { version } = metadata.data;
  if (version > definition.version)
    return park(`version ${version} of ${event.type}, newer than ${definition.version}`);
  const data = upcast(event.data, version, definition);
  if (data.kind === 'failed') return park(`upcasting version ${version} of ${event.type}: ${data.reason}`);
  const parsed = definition.schema.safeParse(data.value);
  if (!parsed.success) return park(`data: ${parsed.error.message}`);
  // The definition was found by the event's type, which the compiler cannot follow through the record.
  return { ...event, data: parsed.data, metadata: metadata.data } as TypedEvent<D>;
}

type Upcast = { readonly kind: 'ok'; readonly value: unknown } | { readonly kind: 'failed'; readonly reason: string };

/** An upcaster may meet anything; what it throws is the reason for parking. */
function upcast(data: unknown, version: number, { upcasters }: EventDefinition<object>): Upcast {
  try {
    return { kind: 'ok', value: upcasters.slice(version - 1).reduce((value, step) => step(value), data) };
  } catch (error) {
    return { kind: 'failed', reason: String(error) };
  }
}
