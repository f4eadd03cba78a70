/** One line of `hansard doctor`. */
export interface Finding {
  readonly check: string;
  /** A `warning` may be on purpose; a `problem` loses something, or will. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do. */
  readonly remedy?: string;
}

export function ok(check: string, message: string): Finding {
  return { check, state: 'ok', message };
}

export function warning(check: string, message: string, remedy: string): Finding {
  return { check, state: 'warning', message, remedy };
}

export function problem(check: string, message: string, remedy: string): Finding {
  return { check, state: 'problem', message, remedy };
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
