import { z } from 'zod';

/** One setting's value, as text from outside or as JSON from the file; `wanted` ends the sentence "X must be …". */
function value<T>(wanted: string, read: (given: unknown) => T | undefined) {
  return z.unknown().transform((given, context): T => {
    const found = read(given);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `must be ${wanted}` });
    return z.NEVER;
  });
}

export function text(wanted: string, pattern = /^[^\0]+$/) {
  return value(wanted, (given) => (typeof given === 'string' && pattern.test(given) ? given : undefined));
}

export function integer(min: number, max: number) {
  return value(`a whole number from ${min} to ${max}`, (given) => {
    const number = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  });
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  const wanted = choices.length === 1 ? `\`${choices.join('')}\`` : `one of ${choices.join(', ')}`;
  return value(wanted, (given) => choices.find((choice) => choice === given));
}

/** A comma list, or a JSON array; each choice once, one at least. */
export function setOf<const T extends string>(...choices: readonly T[]) {
  return value(`a comma list of ${choices.join(', ')}, each once`, (given): readonly T[] | undefined => {
    const parts = typeof given === 'string' ? given.split(',').map((part) => part.trim()) : given;
    if (!Array.isArray(parts) || parts.length === 0) return undefined;
    const known = choices.filter((choice) => parts.includes(choice));
    return known.length === parts.length ? known : undefined;
  });
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `250ms`, `60s`, `15m`, `12h` or `30d`. */
export function readDuration(given: unknown): number | undefined {
  const found = typeof given === 'string' ? /^(\d{1,9})(ms|s|m|h|d)$/.exec(given) : null;
  const unit = found?.[2];
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') return undefined;
  return Number(found?.[1]) * UNITS[unit];
}

export function duration() {
  return value('a duration such as 500ms, 60s, 15m, 12h or 30d', readDuration);
}

export function webAddress() {
  return value('an http or https address', (given) => {
    if (typeof given !== 'string' || !URL.canParse(given)) return undefined;
    return /^https?:$/.test(new URL(given).protocol) ? given : undefined;
  });
}

/** Bytes of a key. Hex where it can be hex, else base64 in either alphabet. */
export function readKey(given: unknown, minimumBytes: number): Buffer | undefined {
  if (typeof given !== 'string') return undefined;
  const written = given.trim();
  const hex = /^(?:[0-9a-f]{2})+$/i.test(written);
  if (!hex && !/^[A-Za-z0-9+/_-]+={0,2}$/.test(written)) return undefined;
  const bytes = Buffer.from(written, hex ? 'hex' : 'base64');
  return bytes.length >= minimumBytes ? bytes : undefined;
}

export function base64OrHex(minimumBytes: number) {
  return value(`at least ${minimumBytes} bytes in hex or base64`, (given) => readKey(given, minimumBytes));
}
