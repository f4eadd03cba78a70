const PLAIN = /^[a-z0-9]+$/;
/** What the tokenizer would fold or split at, what no text of SQLite can hold, and the mark of an escape itself. */
const ESCAPED = /[\0-/:-`{-\x7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A token or label as the index has it: one character after the other, so that what begins with a token is stored as
 * something that begins with the stored token.
 */
export function storedToken(token: string): string {
  if (PLAIN.test(token)) return token;
  return token.replace(ESCAPED, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}
