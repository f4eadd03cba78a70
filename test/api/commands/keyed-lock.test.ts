import { describe, expect, it } from 'vitest';
import { KeyedLock } from '../../../src/api/commands/keyed-lock.js';
import { deferred } from '../../../src/deferred.js';
import { quiet } from './stepping.js';

describe('a keyed lock', () => {
  it('runs the work of one key one after the other, in order, and that of others meanwhile', async () => {
    const lock = new KeyedLock();
    const first = deferred<undefined>();
    const done: string[] = [];
    const run = (key: string, what: string, work = () => Promise.resolve<unknown>(undefined)) =>
      lock.run(key, async () => {
        await work();
        done.push(what);
      });
    const all = [run('a', 'a1', () => first.promise), run('a', 'a2'), run('a', 'a3'), run('b', 'b1')];
    await quiet();
    expect(done).toStrictEqual(['b1']);
    first.resolve(undefined);
    await Promise.all(all);
    expect(done).toStrictEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('goes on behind work that failed, and tells only its own caller', async () => {
    const lock = new KeyedLock();
    const failing = lock.run('a', () => Promise.reject(new Error('no')));
    const next = lock.run('a', () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
