import fc from 'fast-check';

/** Any code points at all, lone surrogates among them. (The `binary` unit of fast-check needs seconds to begin.) */
export function anyText(constraints: fc.StringSharedConstraints & { minLength?: number; maxLength?: number } = {}) {
  const unit = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  const plain = fc.integer({ min: 0, max: 0x7e }).map((code) => String.fromCodePoint(code));
  return fc.string({ ...constraints, unit: fc.oneof(plain, unit) });
}
