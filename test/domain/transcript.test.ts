import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, Fact } from '../../src/domain/kernel/decider.js';
import { decideEdit, decidePost, decideRedact, type Message } from '../../src/domain/transcript/decide.js';
import { utf8Length } from '../../src/domain/utf8.js';

const limits = { messageBytes: 10, storyBytes: 100 };

function outcome(decision: Decision<Fact>) {
  return decision.kind === 'rejected' ? decision.code : decision.facts;
}

describe('posting', () => {
  const post = (message: Parameters<typeof decidePost>[0], replyTargetExists = false) =>
    outcome(decidePost(message, { replyTargetExists, limits }));

  it('keeps everything that was sent, exactly', () => {
    const message = { kind: 'story', text: ' e\u0301\r\n ', title: 'T', html: '<b>x</b>', replyTo: 0 } as const;
    expect(post(message, true)).toStrictEqual([{ type: 'MessagePosted', data: message }]);
  });

  it('counts bytes of UTF-8, not characters', () => {
    expect(post({ kind: 'normal', text: '0123456789' })).toHaveLength(1);
    expect(post({ kind: 'normal', text: '0123456789a' })).toBe('message-too-large');
    expect(post({ kind: 'normal', text: 'ééééé' })).toHaveLength(1);
    expect(post({ kind: 'normal', text: 'ééééé!' })).toBe('message-too-large');
    expect(post({ kind: 'normal', text: '😀😀12' })).toHaveLength(1);
    expect(post({ kind: 'normal', text: '😀😀😀' })).toBe('message-too-large');
  });

  it('has a limit of its own for stories, and none for alerts', () => {
    expect(post({ kind: 'story', text: 'x'.repeat(100) })).toHaveLength(1);
    expect(post({ kind: 'story', text: 'x'.repeat(101) })).toBe('message-too-large');
    expect(post({ kind: 'alert', text: 'x'.repeat(11) })).toBe('message-too-large');
  });

  it('lets markup take four times the bytes', () => {
    expect(post({ kind: 'normal', text: 'x', html: 'x'.repeat(40) })).toHaveLength(1);
    expect(post({ kind: 'normal', text: 'x', html: 'x'.repeat(41) })).toBe('message-too-large');
  });

  it('replies only to what is there, also to the first message', () => {
    expect(post({ kind: 'normal', text: 'x', replyTo: 0 }, false)).toBe('reply-target-not-found');
    expect(post({ kind: 'normal', text: 'x', replyTo: 0 }, true)).toHaveLength(1);
    expect(post({ kind: 'normal', text: 'x' }, false)).toHaveLength(1);
  });
});

describe('editing', () => {
  const message: Message = { authorId: 'ada', kind: 'normal', text: 'old', redacted: false };
  const edit = (text: string, of: Message | undefined, by = 'ada') =>
    outcome(decideEdit({ seq: 7, by, text }, { message: of, limits }));

  it('changes the text of the author alone', () => {
    expect(edit('new', message)).toStrictEqual([{ type: 'MessageEdited', data: { seq: 7, text: 'new' } }]);
    expect(edit('new', message, 'bob')).toBe('not-the-author');
    expect(edit('new', undefined)).toBe('message-not-found');
  });

  it('says nothing when the text is the same', () => {
    expect(edit('old', message)).toStrictEqual([]);
  });

  it('never revives what was redacted, and tells others nothing of it', () => {
    expect(edit('new', { ...message, text: '', redacted: true })).toBe('message-redacted');
    expect(edit('', { ...message, text: '', redacted: true })).toBe('message-redacted');
    expect(edit('new', { ...message, redacted: true }, 'bob')).toBe('not-the-author');
  });

  it('keeps to the limit of the message’s kind', () => {
    expect(edit('x'.repeat(11), message)).toBe('message-too-large');
    expect(edit('x'.repeat(100), { ...message, kind: 'story' })).toHaveLength(1);
    expect(edit('x'.repeat(101), { ...message, kind: 'story' })).toBe('message-too-large');
  });
});

describe('redacting', () => {
  const redact = (mayRedact: boolean, message: { redacted: boolean } | undefined, reason?: string) =>
    outcome(decideRedact({ seq: 7, reason, mayRedact }, { message }));

  it('is for managers, once', () => {
    expect(redact(true, { redacted: false }, 'a secret')).toStrictEqual([
      { type: 'MessageRedacted', data: { seq: 7, reason: 'a secret' } },
    ]);
    expect(redact(true, { redacted: false })).toStrictEqual([{ type: 'MessageRedacted', data: { seq: 7 } }]);
    expect(redact(true, { redacted: true })).toStrictEqual([]);
    expect(redact(false, { redacted: false })).toBe('not-a-manager');
    expect(redact(false, { redacted: true })).toBe('not-a-manager');
    expect(redact(true, undefined)).toBe('message-not-found');
  });
});

describe('the length of a text', () => {
  it('is what an encoder makes of it, lone surrogates included', () => {
    const units = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
    const points = fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes));
    fc.assert(
      fc.property(fc.oneof(points, units), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});
