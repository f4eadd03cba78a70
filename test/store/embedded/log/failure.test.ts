import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { ORIGIN } from '../../../../src/domain/kernel/position.js';
import type { AppendOutcome } from '../../../../src/domain/kernel/event-store.js';
import { LogWriting } from '../../../../src/store/embedded/log/log-writing.js';
import { Tail } from '../../../../src/store/embedded/log/tail.js';
import { event, freshStream, ids, logEvents } from '../../../contract/event-store/events.js';
import { Following } from '../../../contract/event-store/following.js';
import { freshFolder, openIn } from './engine.js';

const PATIENCE = { timeout: 60_000 };

describe('a full disk', PATIENCE, () => {
  it('is fatal: said once and clearly, nothing is acknowledged that is not there, nothing is tried again', async () => {
    const folder = await freshFolder();
    const onFatal = vi.fn<(error: Error) => void>();
    const store = await openIn(folder, { maxPages: 60, onFatal });
    const following = new Following(store, { after: ORIGIN });
    const given = Array.from({ length: 400 }, (_, n) => event({ n, text: 'x'.repeat(1_000) }));
    const outcomes = await Promise.allSettled(given.map((one) => store.append(freshStream(), [one], 'no-stream')));
    const acknowledged = given.filter((_, index) => isCommitted(outcomes[index]));
    const refused = outcomes.filter((outcome) => !isCommitted(outcome));
    expect(refused.length).toBeGreaterThan(0);
    expect(acknowledged.length + refused.length).toBe(given.length);
    const unknown = { kind: 'unknown', reason: expect.stringContaining('the disk is full') as string };
    for (const one of refused) expect(one).toMatchObject({ status: 'fulfilled', value: unknown });

    expect(onFatal).toHaveBeenCalledTimes(1);
    expect(onFatal.mock.calls[0]?.[0].message).toBe(
      `The log in ${folder} could not be written: the disk is full. Nothing that is not on disk was acknowledged; start again when the cause is gone.`,
    );
    expect(await store.append(freshStream(), [event()], 'any')).toMatchObject(unknown);
    await expect(following.ended).rejects.toThrow('the disk is full');
    expect(ids(following.events)).toEqual(ids(acknowledged));
    await expect(openIn(folder)).rejects.toThrow('already writes');
    await store.close();

    const again = await openIn(folder);
    const there = ids(await logEvents(again.readAll({ after: ORIGIN })));
    expect(there).toEqual(expect.arrayContaining([...ids(acknowledged)]));
    expect(there.every((id, index) => id === given[index]?.id)).toBe(true);
    expect(onFatal).toHaveBeenCalledTimes(1);
  });

  it('acknowledges what fits', async () => {
    const store = await openIn(await freshFolder(), { maxPages: 60 });
    const outcome = await store.append(freshStream(), [event()], 'no-stream');
    expect(outcome.kind).toBe('committed');
  });
});

describe('a writer thread that dies', PATIENCE, () => {
  it.each([
    ['with an error', "throw new Error('boom')"],
    ['without a word', 'process.exit(0)'],
  ])('%s fails the appends under way and those that come', async (_, death) => {
    const onFailure = vi.fn();
    const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => { ${death} })`, {
      eval: true,
    });
    const writing = new LogWriting(worker, new Tail(ORIGIN), { folder: '/log', onFailure });
    const append = () => writing.append(freshStream(), 'any', [{ id: 'a', type: 'T', data: '{}', metadata: '{}' }]);
    await expect(append()).rejects.toThrow('The thread that writes the log in /log died.');
    await expect(append()).rejects.toThrow('died');
    expect(onFailure).toHaveBeenCalledTimes(1);
    await writing.end();
  });
});

function isCommitted(outcome: PromiseSettledResult<AppendOutcome> | undefined): boolean {
  return outcome?.status === 'fulfilled' && outcome.value.kind === 'committed';
}
