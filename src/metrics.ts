import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client';

/** Figures that are asked for when somebody looks; lag is absolute, in events and in seconds. */
export interface Observed {
  readonly logPosition: () => number;
  readonly readers: () => number;
  readonly delivered: () => { readonly deliveries: number; readonly writes: number };
  /** Streams that were cut off because their reader took too little. */
  readonly cutOff: () => number;
  readonly projections: () => readonly {
    readonly name: string;
    readonly lagEvents: number;
    readonly lagSeconds: number;
    readonly parked: number;
    readonly stopped: boolean;
  }[];
  readonly adapters: () => readonly {
    readonly name: string;
    readonly lagEvents: number;
    readonly openSeconds: number;
    readonly blocked: boolean;
  }[];
  /** Since the log last moved. */
  readonly idleSeconds: () => number;
  readonly archiveIntervalSeconds: number;
  /** By what lies there. */
  readonly folders: Readonly<Record<string, string>>;
  readonly version: string;
}

/** Prometheus metrics, all named `hansard_*`. No label holds a room or a user. */
export function observe(registry: Registry, observed: Observed): void {
  collectDefaultMetrics({ register: registry, prefix: 'hansard_' });
  gauge(registry, 'hansard_log_position', 'Position of the last event that this node has seen.', observed.logPosition);
  gauge(registry, 'hansard_log_idle_seconds', 'Seconds since the log last moved.', observed.idleSeconds);
  gauge(registry, 'hansard_stream_readers', 'Readers of event streams.', observed.readers);
  const delivered = [
    ['hansard_stream_deliveries_total', 'Events delivered to readers.', 'deliveries'],
    ['hansard_stream_writes_total', 'Writes to readers; fewer than deliveries where they were gathered.', 'writes'],
  ] as const;
  for (const [name, help, part] of delivered) counter(registry, name, help, () => observed.delivered()[part]);
  counter(registry, 'hansard_stream_cut_off_total', 'Readers cut off because they took too little.', observed.cutOff);
  perName(registry, 'read_model', observed.projections, {
    hansard_projection_lag_events: ['Positions between the log and the read model.', (one) => one.lagEvents],
    hansard_projection_lag_seconds: [
      'Seconds since the read model was last current; 0 when it is.',
      (one) => one.lagSeconds,
    ],
    hansard_projection_parked_events: ['Events that no schema knows.', (one) => one.parked],
    hansard_projection_stopped: ['1 when a bug has stopped the projection.', (one) => Number(one.stopped)],
  });
  perName(registry, 'adapter', observed.adapters, {
    hansard_archive_lag_events: ['Positions between the log and the last published window.', (one) => one.lagEvents],
    hansard_archive_open_seconds: ['Seconds since the open window was opened.', (one) => one.openSeconds],
    hansard_archive_blocked: ['1 when windows cannot be published.', (one) => Number(one.blocked)],
  });
  gauge(
    registry,
    'hansard_archive_interval_seconds',
    'Seconds after which a window is cut.',
    () => observed.archiveIntervalSeconds,
  );
  freeSpace(registry, observed.folders);
  const build = new Gauge({
    name: 'hansard_build_info',
    help: '1, labelled with the version of the program.',
    labelNames: ['version'],
    registers: [registry],
  });
  build.set({ version: observed.version }, 1);
}

function freeSpace(registry: Registry, folders: Observed['folders']): void {
  made(
    new Gauge({
      name: 'hansard_disk_free_bytes',
      help: 'Bytes free for this user where the data folder and the archive lie.',
      labelNames: ['folder'],
      registers: [registry],
      async collect() {
        for (const [folder, path] of Object.entries(folders)) {
          const found = await statfs(path).catch(() => undefined); // an archive that is not there has no disk
          if (found) this.set({ folder }, found.bavail * found.bsize);
        }
      },
    }),
  );
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  made(
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    }),
  );
}

/** A count that is kept elsewhere. */
function counter(registry: Registry, name: string, help: string, value: () => number): void {
  made(
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    }),
  );
}

function perName<One extends { readonly name: string }>(
  registry: Registry,
  label: string,
  all: () => readonly One[],
  gauges: Readonly<Record<string, readonly [help: string, value: (one: One) => number]>>,
): void {
  for (const [name, [help, value]] of Object.entries(gauges)) {
    made(
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          for (const one of all()) this.set({ [label]: one.name }, value(one));
        },
      }),
    );
  }
}

/** A metric belongs to its registry from the moment it is made. */
function made(metric: Gauge | Counter): Gauge | Counter {
  return metric;
}
