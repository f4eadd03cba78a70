/** How the program ends; docs/cli.md says the same. */
export const EXIT = {
  ok: 0,
  /** What was asked for was done and found something wrong, or could not be done in full. */
  failed: 1,
  /** The command line is not one of ours. */
  usage: 2,
  /** Configuration, data folder or port do not let the program start. */
  cannotStart: 3,
  /** Ended by SIGINT before it was done. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with a sentence on stderr and without a stack. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
