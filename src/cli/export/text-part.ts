import { open, type FileHandle } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Format, Part, Table } from './part.js';

/** One JSON object a line: the envelope of an event, the columns of a row. */
export function ndjson(): Format {
  return textFormat('.ndjson', ({ columns, line }) => {
    const lineOf =
      line ?? ((item) => JSON.stringify(Object.fromEntries(columns.map(({ name, of }) => [name, of(item)]))));
    return { head: '', textOf: (items) => items.map((item) => `${lineOf(item)}\n`).join('') };
  });
}

/** RFC 4180 with a line of names; an absent value is an empty field. */
export function csv({ escapeFormulas }: { readonly escapeFormulas: boolean }): Format {
  const options = { escape_formulas: escapeFormulas, cast: { boolean: String } } as const;
  return textFormat('.csv', ({ columns }) => ({
    head: stringify([columns.map(({ name }) => name)]),
    textOf: (items) =>
      stringify(
        items.map((item) => columns.map(({ of }) => of(item))),
        options,
      ),
  }));
}

interface Text<Item> {
  readonly head: string;
  readonly textOf: (items: readonly Item[]) => string;
}

function textFormat(extension: string, text: <Item>(table: Table<Item>) => Text<Item>): Format {
  return {
    extension,
    async open(file, table) {
      const { head, textOf } = text(table);
      const handle = await open(file, 'w');
      await handle.writeFile(head);
      return new TextPart(handle, textOf);
    },
    close: () => Promise.resolve(),
  };
}

class TextPart<Item> implements Part<Item> {
  readonly #file: FileHandle;
  readonly #textOf: (items: readonly Item[]) => string;

  constructor(file: FileHandle, textOf: (items: readonly Item[]) => string) {
    this.#file = file;
    this.#textOf = textOf;
  }

  async add(items: readonly Item[]): Promise<void> {
    await this.#file.writeFile(this.#textOf(items));
  }

  async finish(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close();
  }
}
