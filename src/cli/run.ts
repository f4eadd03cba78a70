import { CommanderError } from 'commander';
import { CannotStartError } from '../cannot-start.js';
import { ConfigurationError } from '../config/deployment-key.js';
import { CliFailure, EXIT } from './exit.js';
import { standardOutput, type Output } from './output.js';
import { buildProgram } from './program.js';

/** Runs one command line (without node and script); gives the exit code. What was not foreseen is thrown. */
export async function runCommandLine(args: readonly string[], { err }: Output = standardOutput): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // it has spoken itself
    if (error instanceof CliFailure) {
      err(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof ConfigurationError || error instanceof CannotStartError) {
      err(`${error.message}\n`);
      return EXIT.cannotStart;
    }
    throw error;
  }
}
