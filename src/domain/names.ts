/** Names are compared as this: NFKC, case folded. Upper case first, so that letters with two lower forms fold to one. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
