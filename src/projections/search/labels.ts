export type LabelName = 'room' | 'author' | 'kind' | 'has';

/** What a row is, beside its words. Never holds white space, whatever ids there are; never throws. */
export function label(name: LabelName, value: string): string {
  return `${name}:${encodeURIComponent(value.toWellFormed())}`;
}
