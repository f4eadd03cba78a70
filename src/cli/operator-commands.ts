import type { Command } from 'commander';
import type { Mode } from '../config/defaults.js';
import type { Flags } from './load.js';

/** What every command of the program is made with. */
export interface CommandParts {
  readonly withMode: (command: Command) => Command;
  readonly withServer: (command: Command) => Command;
  readonly withSettings: (command: Command) => Command;
  readonly flagsOf: (options: object) => Flags;
}

interface Options {
  readonly mode: Mode;
  readonly url?: string;
  readonly token?: string;
  readonly json?: true;
}

/** Commands for who runs Hansard. */
export function operatorCommands(program: Command, parts: CommandParts): void {
  projectionCommands(program.command('projections').description('look after the read models'), parts);
  backupCommands(program, parts);
  doctorCommand(program, parts);
}

function projectionCommands(projections: Command, parts: CommandParts): void {
  const { withMode, withServer, withSettings, flagsOf } = parts;
  const common = (command: Command) => withServer(withSettings(withMode(command))).option('--json', 'print it as JSON');
  common(projections.command('list'))
    .description('how each read model stands')
    .option('--no-rows', 'do not count rows, which reads them all')
    .action(async (options: Options & { rows: boolean }) => {
      const { projectionsList } = await import('./projections/commands.js');
      await projectionsList({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
  for (const [kind, description] of [
    ['rebuild', 'make a read model again from the log, beside the live one, and swap it in'],
    ['verify', 'make a read model again in a scratch place and compare it row by row'],
  ] as const) {
    common(projections.command(kind))
      .description(description)
      .argument('<name>', 'of the read model')
      .action(async (readModel: string, options: Options) => {
        const { projectionTask } = await import('./projections/commands.js');
        await projectionTask({ ...options, kind, readModel, json: options.json === true, flags: flagsOf(options) });
      });
  }
  parkedCommands(projections.command('parked').description('events that no schema knows'), parts);
}

function parkedCommands(parked: Command, { withMode, withServer, withSettings, flagsOf }: CommandParts): void {
  const common = (command: Command) => withServer(withSettings(withMode(command))).option('--json', 'print it as JSON');
  common(parked.command('list'))
    .description('list them')
    .action(async (options: Options) => {
      const { parkedList } = await import('./projections/commands.js');
      await parkedList({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
  common(parked.command('show'))
    .description('one of them: where it is, why, and its shape; never what it says')
    .argument('<sequence>', 'as the list gives it')
    .action(async (sequence: string, options: Options) => {
      const { parkedShow } = await import('./projections/commands.js');
      await parkedShow({ ...options, sequence, json: options.json === true, flags: flagsOf(options) });
    });
  common(parked.command('retry'))
    .description('rebuild the read models that can take them by now')
    .action(async (options: Options) => {
      const { parkedRetry } = await import('./projections/commands.js');
      await parkedRetry({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
}

function backupCommands(program: Command, { withMode, withSettings, flagsOf }: CommandParts): void {
  withSettings(withMode(program.command('backup')))
    .description('copy log and deployment key, also while a server runs')
    .requiredOption('--out <folder>', 'made by it; must not be there, or be empty')
    .option('--json', 'print the manifest')
    .action(async (options: Options & { out: string }) => {
      const { backup } = await import('./backup/backup.js');
      await backup({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
  withSettings(withMode(program.command('restore')))
    .description('put a backup into an empty data folder')
    .requiredOption('--from <folder>', 'a backup')
    .option('--json', 'print the manifest')
    .action(async (options: Options & { from: string }) => {
      const { restore } = await import('./backup/restore.js');
      await restore({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
}

function doctorCommand(program: Command, { withMode, withSettings, flagsOf }: CommandParts): void {
  withSettings(withMode(program.command('doctor')))
    .description('look whether everything is well, and say what to do')
    .option('--full', 'check every page and index of log and read models, which takes longer')
    .option('--json', 'print the findings as JSON')
    .action(async (options: Options & { full?: true }) => {
      const { doctor } = await import('./doctor/doctor.js');
      const { mode, full = false, json = false } = options;
      await doctor({ mode, full, json, flags: flagsOf(options) });
    });
}
