import { describe, expect, test } from 'vitest';
import { messages, toMessage } from '../../src/projections/messages.js';
import { openReadModels, project } from './projected.js';
import { BOB, Log, seconds } from './recorded.js';

const TRANSCRIPT = 'transcript-r1';
const post = (text: string, more: object = {}) => ({
  type: 'MessagePosted' as const,
  data: { kind: 'normal' as const, text, ...more },
});
const edit = (seq: number, text: string) => ({ type: 'MessageEdited' as const, data: { seq, text } });
const redact = (seq: number) => ({ type: 'MessageRedacted' as const, data: { seq } });

describe('messages', () => {
  const models = openReadModels();
  const rowsOf = (log: Log) => project(models(), messages, log.events);

  test('a posted message is a row as the API answers it, with the revision of its event', async () => {
    const log = new Log();
    const { id } = log.append(TRANSCRIPT, post('hello'), { actor: BOB, time: seconds(7) });
    expect(await rowsOf(log)).toEqual({
      messages: [
        {
          id,
          roomId: 'r1',
          seq: 0,
          kind: 'normal',
          text: 'hello',
          author: { id: 'bob', name: 'Bob' },
          time: seconds(7),
          revision: 0,
          position: 1,
        },
      ],
      redactions: [],
    });
  });

  test('everything a message may have is kept', async () => {
    const log = new Log();
    const more = {
      kind: 'story',
      title: 't',
      html: '<b>x</b>',
      replyTo: 3,
      files: ['f1'],
      claimedTime: seconds(1),
    } as const;
    log.append(TRANSCRIPT, post('x', more), { revision: 9 });
    expect((await rowsOf(log))['messages']).toMatchObject([{ ...more, seq: 9, revision: 9, text: 'x' }]);
  });

  test('the answer of the API has neither revision nor position', () => {
    expect(toMessage({ id: 'x', seq: 1, revision: 4, position: 9 })).toEqual({ id: 'x', seq: 1 });
  });

  test('an edit replaces the text, drops what was rich in it and moves the revision', async () => {
    const log = new Log();
    log.append(TRANSCRIPT, post('helo', { html: '<i>helo</i>', title: 't' }));
    log.append(TRANSCRIPT, edit(0, 'hello'), { time: seconds(9) });
    const [row] = (await rowsOf(log))['messages'] ?? [];
    expect(row).toMatchObject({
      text: 'hello',
      title: 't',
      editedAt: seconds(9),
      seq: 0,
      revision: 1,
      position: 1,
      time: seconds(0),
    });
    expect(row).not.toHaveProperty('html');
  });

  test('a redaction leaves nothing of what was said', async () => {
    const log = new Log();
    log.append(
      TRANSCRIPT,
      post('secret', { kind: 'story', html: 'secret', title: 'secret', files: ['secret'], replyTo: 1 }),
    );
    log.append(TRANSCRIPT, edit(0, 'more secret'));
    log.append(TRANSCRIPT, redact(0), { time: seconds(9) });
    const tables = await rowsOf(log);
    expect(tables['messages']).toMatchObject([{ text: '', redactedAt: seconds(9), replyTo: 1, revision: 2 }]);
    expect(JSON.stringify(tables)).not.toContain('secret');
    expect(tables['redactions']).toEqual([{ roomId: 'r1', seq: 0 }]);
  });

  test('nothing changes a message that was redacted', async () => {
    const log = new Log();
    log.append(TRANSCRIPT, post('x'));
    log.append(TRANSCRIPT, redact(0), { time: seconds(1) });
    log.append(TRANSCRIPT, edit(0, 'back'));
    log.append(TRANSCRIPT, redact(0), { time: seconds(3) });
    const tables = await rowsOf(log);
    expect(tables['messages']).toMatchObject([{ text: '', redactedAt: seconds(1), revision: 1 }]);
    expect(tables['redactions']).toHaveLength(1);
  });

  test('a message that was not logged is no row, its redaction is one all the same', async () => {
    const log = new Log();
    log.append(TRANSCRIPT, post('off the record'), { logged: false });
    log.append(TRANSCRIPT, edit(0, 'x'), { logged: false });
    log.append(TRANSCRIPT, redact(0), { logged: false });
    expect(await rowsOf(log)).toEqual({ messages: [], redactions: [{ roomId: 'r1', seq: 0 }] });
  });

  test('a logged message can be edited and redacted when the room is no longer logged', async () => {
    const log = new Log();
    log.append(TRANSCRIPT, post('a'));
    log.append(TRANSCRIPT, post('b'));
    log.append(TRANSCRIPT, edit(0, 'A'), { logged: false });
    log.append(TRANSCRIPT, redact(1), { logged: false });
    expect((await rowsOf(log))['messages']).toMatchObject([{ text: 'A' }, { text: '' }]);
  });

  test('rooms do not mix, and their messages are in the order of seq', async () => {
    const log = new Log();
    for (let n = 0; n < 12; n += 1) log.append(n % 2 ? 'transcript-a' : 'transcript-b', post(`${n}`));
    const rows = (await rowsOf(log))['messages'] ?? [];
    expect(rows.map(({ roomId, seq }) => [roomId, seq])).toEqual(
      ['a', 'b'].flatMap((room) => [0, 1, 2, 3, 4, 5].map((seq) => [room, seq])),
    );
  });
});
