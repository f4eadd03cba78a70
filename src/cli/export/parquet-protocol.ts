import type { Cell, ColumnShape } from './columns.js';

/** A column of a batch; what repeats crosses once, numbers (NaN: none) are moved and not copied. */
export type PackedColumn =
  | { readonly kind: 'values'; readonly values: readonly Cell[] }
  | {
      readonly kind: 'indexes';
      readonly dictionary: readonly (string | null)[];
      readonly indexes: Int32Array<ArrayBuffer>;
    }
  | { readonly kind: 'integers'; readonly integers: Float64Array<ArrayBuffer> };

export type ParquetRequest =
  | { readonly kind: 'open'; readonly file: string; readonly columns: readonly ColumnShape[] }
  | { readonly kind: 'rows'; readonly file: string; readonly rows: number; readonly values: readonly PackedColumn[] }
  /** `finish`: everything is on disk. */
  | { readonly kind: 'finish' | 'abandon'; readonly file: string }
  | { readonly kind: 'end' };

/** One for each request but `end`, in their order. */
export type ParquetAnswer = { readonly ok: true } | { readonly ok: false; readonly reason: string };
