import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.js';

/** `unit` runs in this process alone; `system` starts the built program, real sockets and other people's tools. */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    // Also on two cores: many tests wait for processes, sockets and disks.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/end-to-end/**'],
          testTimeout: 20_000,
          isolate: false, // no test replaces a module, and loading them anew for each file takes longest
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/end-to-end/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
