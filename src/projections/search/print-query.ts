import type { Item, Query } from './query.js';

const SPACE = /\p{White_Space}/u;

/** The query as text that reads as the same query. */
export function printQuery({ items }: Query): string {
  return items.map((item) => (item.negated ? '-' : '') + printed(item)).join(' ');
}

function printed(item: Item): string {
  switch (item.kind) {
    case 'word':
      return item.text;
    case 'phrase':
      return `"${item.text}"`;
    case 'prefix':
      return `${item.text}*`;
    case 'inside':
      return `*${item.text}*`;
    case 'from':
      return `from:${quoted(item.user)}`;
    case 'in':
      return `in:${quoted(item.room)}`;
    case 'has':
    case 'is':
      return `${item.kind}:${item.what}`;
    case 'before':
    case 'after':
      return `${item.kind}:${item.time}`;
  }
}

function quoted(value: string): string {
  return SPACE.test(value) ? `"${value}"` : value;
}
