/**
 * Where these tokens begin in the sequence, next to each other in this order; of a prefix the last one need only begin a
 * token. The first ones of them, when there are more than `most`. Takes time in proportion to both (Knuth, Morris, Pratt), whatever they repeat.
 */
export function occurrences(
  sequence: readonly string[],
  wanted: readonly string[],
  kind: 'phrase' | 'prefix',
  most = Infinity,
): readonly number[] {
  const last = wanted.at(-1);
  if (last === undefined) return [];
  const fits = kind === 'prefix' ? (token: string) => token.startsWith(last) : (token: string) => token === last;
  const before = wanted.slice(0, -1);
  const shorter = borders(before);
  const found: number[] = [];
  // of the tokens before the last one, how many the sequence ends with so far
  let met = 0;
  for (const [index, token] of sequence.entries()) {
    if (met === before.length && fits(token)) found.push(index - met);
    if (found.length >= most) break;
    met = advance(before, shorter, met, token);
  }
  return found;
}

/** For each beginning of the tokens: how long the longest shorter one is that it ends with. */
function borders(tokens: readonly string[]): readonly number[] {
  const lengths: number[] = [];
  for (const [index, token] of tokens.entries()) {
    lengths.push(index === 0 ? 0 : advance(tokens, lengths, lengths[index - 1] ?? 0, token));
  }
  return lengths;
}

function advance(tokens: readonly string[], shorter: readonly number[], met: number, token: string): number {
  let length = met;
  while (length > 0 && tokens[length] !== token) length = shorter[length - 1] ?? 0;
  return tokens[length] === token ? length + 1 : length;
}
