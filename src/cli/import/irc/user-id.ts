import { createHash } from 'node:crypto';

/** What an id may have, and one that only fits in whole. */
const MAX_CHARACTERS = 64;
const PLAIN = /^[A-Za-z0-9_-]$/;

/**
 * The user id of a nick: the nick itself where it may be one. Every other byte, and the full stop, becomes `.` and two
 * hex digits, so that two nicks never meet in one id and an id can be read back. A nick that gets too long keeps its
 * beginning and ends in `..` and a hash.
 */
export function userIdOf(nick: string, prefix = ''): string {
  const parts = Array.from(nick, escaped);
  const id = prefix + parts.join('');
  if (id.length <= MAX_CHARACTERS) return id;
  const hash = createHash('sha256').update(nick, 'utf8').digest('hex').slice(0, 16);
  let head = prefix;
  for (const part of parts) {
    if (head.length + part.length > MAX_CHARACTERS - hash.length - 2) break;
    head += part;
  }
  return `${head}..${hash}`;
}

function escaped(character: string): string {
  if (PLAIN.test(character)) return character;
  return Array.from(Buffer.from(character, 'utf8'), (byte) => `.${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A prefix that leaves room for nicks, and nothing that an escape could be mixed up with. */
export function isUserPrefix(prefix: string): boolean {
  return /^[A-Za-z0-9_-]{0,16}$/.test(prefix);
}
