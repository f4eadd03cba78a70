import { createHash } from 'node:crypto';
import type { StoredRow } from './log-source.js';

/** JSON of these events, whatever is stored in them: what is no JSON in UTF-8 becomes `null`, and the hash of the bytes is given. */
export function carefully(rows: readonly StoredRow[]): { readonly text: string; readonly count: number } {
  return { text: `[${rows.map(jsonOf).join()}]`, count: rows.length };
}

function jsonOf([data, metadata, id, type, stream, revision, position]: StoredRow): string {
  const [dataText, metadataText] = [jsonText(data), jsonText(metadata)];
  const damaged = dataText === undefined || metadataText === undefined;
  const rest = { id, type, stream, revision, position, ...(damaged && { damagedSha256: hashOf(data, metadata) }) };
  return `{"data":${dataText ?? 'null'},"metadata":${metadataText ?? 'null'},${JSON.stringify(rest).slice(1)}`;
}

function jsonText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function hashOf(data: Uint8Array, metadata: Uint8Array): string {
  return createHash('sha256').update(data).update(metadata).digest('hex');
}
