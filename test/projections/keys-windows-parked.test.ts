import { describe, expect, test } from 'vitest';
import { keys } from '../../src/projections/keys.js';
import { parked } from '../../src/projections/parked.js';
import { windows } from '../../src/projections/windows.js';
import { openReadModels, project } from './projected.js';
import { Log, seconds } from './recorded.js';

const post = { type: 'MessagePosted', data: { kind: 'normal', text: 'x' } } as const;
const mark = (key: string, fingerprint = 'f') => ({ idempotency: { key, fingerprint } });

describe('keys', () => {
  const models = openReadModels();

  test('the first event that carries a key stands for it, in whatever stream it is', async () => {
    const log = new Log();
    log.append('transcript-r1', post, mark('k1'));
    log.append('transcript-r1', post, mark('k2'));
    log.append('transcript-r1', post);
    log.append('room-r1', { type: 'RoomDisabled', data: {} }, mark('k1', 'other'));
    log.append('receipt-x', { type: 'CommandAccepted', data: { route: 'r', answer: {} } }, mark('k3'));
    expect(await project(models(), keys, log.events)).toEqual({
      keys: [
        { key: 'k1', fingerprint: 'f', stream: 'transcript-r1', revision: 0, type: 'MessagePosted', position: 1 },
        { key: 'k2', fingerprint: 'f', stream: 'transcript-r1', revision: 1, type: 'MessagePosted', position: 2 },
        { key: 'k3', fingerprint: 'f', stream: 'receipt-x', revision: 0, type: 'CommandAccepted', position: 5 },
      ],
    });
  });
});

describe('windows', () => {
  const models = openReadModels();
  const sha256 = 'a'.repeat(64);
  const sealed = (number: number) =>
    ({
      type: 'WindowSealed',
      data: {
        adapter: 'xml',
        number,
        from: 10 * number,
        to: 10 * number + 10,
        fromTime: seconds(0),
        toTime: seconds(1),
        profile: 'full',
        software: '1',
      },
    }) as const;
  const published = (number: number) =>
    ({
      type: 'WindowPublished',
      data: { adapter: 'xml', number, folder: `xml/${number}`, manifestSha256: sha256, events: 9 },
    }) as const;

  test('a window is sealed, published and collected, each adapter counting for itself', async () => {
    const log = new Log();
    for (const number of [10, 9]) log.append('archive-xml', sealed(number));
    log.append('archive-xml', published(9));
    log.append('archive-xml', { type: 'WindowCollected', data: { adapter: 'xml', number: 9 } });
    log.append('archive-xml', { type: 'WindowCollected', data: { adapter: 'xml', number: 77 } });
    const base = { adapter: 'xml', fromTime: seconds(0), toTime: seconds(1) };
    const found = { ...base, number: 9, from: 90, to: 100, state: 'collected', events: 9 };
    expect(await project(models(), windows, log.events)).toEqual({
      windows: [
        { ...found, folder: 'xml/9', manifestSha256: sha256 },
        { ...base, number: 10, from: 100, to: 110, state: 'sealed', events: 0, folder: '' },
      ],
    });
  });
});

describe('parked', () => {
  const models = openReadModels();

  test('every event that no schema knows is listed, and no other', async () => {
    const log = new Log();
    log.append('transcript-r1', post);
    log.raw('strange', 'Unheard', {}, {});
    log.raw('transcript-r1', 'MessagePosted', { kind: 'loud' }, null);
    const { parked: rows } = await project(models(), parked, log.events);
    expect(rows).toMatchObject([
      { position: 2, stream: 'strange', revision: 0, type: 'Unheard', reason: 'no event type Unheard' },
      { position: 3, stream: 'transcript-r1', revision: 1, type: 'MessagePosted' },
    ]);
    expect(await project(models(), keys, log.events)).toEqual({ keys: [] });
  });
});
