/**
 * Kills the built program under load again and again: `node --import tsx test/harness/kill-cycles.ts 50`.
 * Ends with an error at the first promise that was broken.
 */
import { Program } from '../support/program.js';
import { KillCycles, type CycleReport } from './kill-cycle.js';

const count = Number(process.argv[2] ?? 50);
const program = await Program.started();
try {
  const cycles = await KillCycles.prepare(program);
  const reports: CycleReport[] = [];
  for (let n = 1; n <= count; n += 1) {
    const report = await cycles.run();
    reports.push(report);
    process.stdout.write(
      `cycle ${n}: ${report.acknowledged} posts acknowledged, ${report.changes} edits and redactions, ` +
        `${report.open} posts without an answer (${report.written} of them written), all retried\n`,
    );
  }
  const sum = (of: (report: CycleReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  process.stdout.write(
    `${count} cycles: ${sum((one) => one.acknowledged)} acknowledged posts, 0 lost; ` +
      `${sum((one) => one.open)} retried, 0 doubled; seq without gaps; answers of repeated posts identical\n`,
  );
} catch (error) {
  process.stderr.write(`${program.output}\n`);
  throw error;
} finally {
  await program.dispose();
}
