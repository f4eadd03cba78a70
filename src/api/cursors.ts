import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Cursors of lists: sealed JSON, readable and changeable by this deployment alone. */
export interface Cursors {
  seal(kind: string, value: unknown): string;
  /** `undefined`: not made by this deployment, or for another kind of list. */
  open(kind: string, cursor: string): unknown;
}

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM under a key derived from the deployment key; the kind is authenticated with it. */
export function sealedCursors(deploymentKey: Buffer): Cursors {
  const key = Buffer.from(hkdfSync('sha256', deploymentKey, '', 'hansard list cursors', 32));
  return {
    seal(kind, value) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(kind));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(kind, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length <= NONCE + TAG || bytes.toString('base64url') !== cursor) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE)).setAAD(Buffer.from(kind));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
        return JSON.parse(text) as unknown;
      } catch {
        return undefined; // a wrong tag is how GCM says that it was not ours
      }
    },
  };
}
