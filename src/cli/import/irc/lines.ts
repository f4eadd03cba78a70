import { createReadStream } from 'node:fs';

export interface RawLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

const LF = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/**
 * What Windows-1252 has from 0x80 to 0x9f, where Latin-1 has control characters; the five bytes that it leaves open stay
 * those. (Node's own decoder of that name gives Latin-1.)
 */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The lines of a file, in chunks as they are read. Line ends are not part of them: LF, CR LF, and CRs before an LF. */
export async function* linesOf(path: string): AsyncGenerator<readonly RawLine[]> {
  let number = 0;
  let open: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    const bytes = chunk as Buffer;
    const lines: RawLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      open.push(bytes.subarray(start, end));
      number += 1;
      lines.push({ number, text: decode(Buffer.concat(open), number) });
      open = [];
      start = end + 1;
    }
    if (start < bytes.length) open.push(bytes.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (open.length > 0) yield [{ number: number + 1, text: decode(Buffer.concat(open), number + 1) }];
}

/** UTF-8, or Windows-1252 where the bytes of this very line are no UTF-8. */
function decode(bytes: Buffer, number: number): string {
  const text = decodeBytes(bytes).replace(/\r+$/, '');
  return number === 1 ? text.replace(/^\uFEFF/, '') : text;
}

function decodeBytes(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (c) => WINDOWS_1252.charAt(c.charCodeAt(0) - 0x80));
  }
}
