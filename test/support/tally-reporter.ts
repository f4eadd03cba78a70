import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one line that any tool can read. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tally = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) tally[test.result().state] += 1;
      if (module.state() === 'failed' && module.children.size === 0) tally.failed += 1; // it could not even be loaded
    }
    const { passed, failed, skipped } = tally;
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
