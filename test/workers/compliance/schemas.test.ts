import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { everything, Record } from './support/record.js';
import { anyStory, tellStory } from './support/stories.js';
import { rendered, scratchFolder, wholeLog } from './support/windows.js';

xmlRegisterFsInputProviders();
const schema = (name: string) => fileURLToPath(new URL(`../../../schemas/${name}`, import.meta.url));
const ORIGINAL = schema('original.xsd');
const EXTENDED = schema('original-extended.xsd');

/** What a validator says; "" when it says nothing. */
async function validate(file: string, xsd: string): Promise<string> {
  using schemaDocument = XmlDocument.fromBuffer(await readFile(xsd), { url: xsd });
  using validator = XsdValidator.fromDoc(schemaDocument);
  using document = XmlDocument.fromBuffer(await readFile(file));
  try {
    validator.validate(document);
    return '';
  } catch (error) {
    return String(error);
  }
}

async function conversations(record: Record, profile: 'full' | 'strict'): Promise<string> {
  const window = await wholeLog(record, { profile });
  return join(await rendered(record, window, await scratchFolder()), 'data/conversations.xml');
}

describe('conversations.xml', () => {
  it('is valid against the original schema alone in the strict profile', async () => {
    const record = new Record();
    await everything(record);
    expect(await validate(await conversations(record, 'strict'), ORIGINAL)).toBe('');
  });

  it('is valid against our schema in the full profile, and not against the original, which knows no extension', async () => {
    const record = new Record();
    await everything(record);
    const file = await conversations(record, 'full');
    expect(await validate(file, EXTENDED)).toBe('');
    expect(await validate(file, ORIGINAL)).not.toBe('');
  });

  it.each([
    ['full', EXTENDED],
    ['strict', ORIGINAL],
  ] as const)('is valid whatever happened (%s)', async (profile, xsd) => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const record = new Record();
        await tellStory(record, story);
        expect(await validate(await conversations(record, profile), xsd)).toBe('');
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['full', EXTENDED],
    ['strict', ORIGINAL],
  ] as const)('is valid to xmllint too (%s)', async (profile, xsd) => {
    const record = new Record();
    await everything(record);
    const file = await conversations(record, profile);
    const lint = spawnSync('xmllint', ['--noout', '--nonet', '--schema', xsd, file], { encoding: 'utf8' });
    if (lint.error) console.log(`xmllint is not here: ${basename(xsd)} was tried with libxml2-wasm alone`);
    else expect(lint.stderr).toContain('validates');
  });
});
