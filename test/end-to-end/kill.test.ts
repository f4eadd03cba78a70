import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KillCycles } from '../harness/kill-cycle.js';
import { Program } from '../support/program.js';

/** `node --import tsx test/harness/kill-cycles.ts 50` is the long run. */
const CYCLES = 5;

describe('a process that is killed under load', () => {
  let program: Program;
  let cycles: KillCycles;

  beforeAll(async () => {
    program = await Program.started();
    cycles = await KillCycles.prepare(program);
  });
  afterAll(() => program.dispose());

  it.each(Array.from({ length: CYCLES }, (_, n) => n + 1))(
    'loses no acknowledged post, doubles none that is retried, and leaves no gap: kill %i',
    async () => {
      const { acknowledged } = await cycles.run();
      expect(acknowledged).toBeGreaterThan(0);
    },
  );
});
