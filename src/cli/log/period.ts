import { z } from 'zod';
import { CliFailure, EXIT } from '../exit.js';

/** From `since` on and before `until`: RFC 3339 UTC with milliseconds, which compare as text. */
export interface Period {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * Times in the log follow its order but for the clocks of its nodes: as far apart as this they may be. What a period leaves
 * out is read that much further, on both sides.
 */
export const CLOCKS_APART_MS = 86_400_000;

const NOTHING_BEFORE = '0000-01-01T00:00:00.000Z';
const day = z.iso.date();
const instant = z.iso.datetime({ offset: true });

/** A UTC day is its first moment. */
export function instantOf(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (day.safeParse(given).success) return `${given}T00:00:00.000Z`;
  const time = instant.safeParse(given).success ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new CliFailure(`${option} must be a UTC day or an RFC 3339 time, e.g. 2026-11-25T14:00:00Z.`, EXIT.usage);
}

export function isWithin(time: string, { since, until }: Period): boolean {
  return (since === undefined || time >= since) && (until === undefined || time < until);
}

/** Nothing behind an event of this time can be within the period. */
export function isOver(time: string, { until }: Period): boolean {
  return until !== undefined && time >= shifted(until, CLOCKS_APART_MS);
}

export function shifted(time: string, byMs: number): string {
  const moved = new Date(Date.parse(time) + byMs);
  return moved.getUTCFullYear() < 0 ? NOTHING_BEFORE : moved.toISOString();
}
