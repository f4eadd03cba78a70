/** Names that look the same are the same: what nobody sees does not count. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Names are compared as this: NFKC, case folded. Upper case first, so that letters with two lower forms fold to one. */
export function foldName(name: string): string {
  return name.replace(INVISIBLE, '').normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
