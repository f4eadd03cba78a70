import { attendance } from './attendance.js';
import { directory } from './directory-rows.js';
import { keys } from './keys.js';
import { messages } from './messages.js';
import { parked } from './parked.js';
import type { Projection } from './projection.js';
import { usage } from './usage.js';
import { windows } from './windows.js';

/** Every read model there is. */
export const PROJECTIONS: readonly Projection[] = [messages, directory, attendance, keys, windows, usage, parked];
