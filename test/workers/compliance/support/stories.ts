import fc from 'fast-check';
import type { Record } from './record.js';
import { person } from './record.js';

const ROOMS = 4;
const USERS = 5;

/** Text that the catalogue admits: anything but NUL and lone surrogates. */
export const anyText = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.replaceAll('\0', '').toWellFormed());

const place = { room: fc.nat(ROOMS - 1), user: fc.nat(USERS - 1) };
const seq = fc.nat(6);

const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...place, kind: fc.constant('post'), text: anyText }) },
  { weight: 4, arbitrary: fc.record({ ...place, kind: fc.constantFrom('join', 'leave') }) },
  fc.record({ ...place, kind: fc.constantFrom('edit', 'redact', 'view'), seq, text: anyText }),
  fc.record({ ...place, kind: fc.constantFrom('create', 'rename'), text: anyText }),
  fc.record({ ...place, kind: fc.constantFrom('category', 'receipt', 'foreign'), text: anyText }),
);
type Act = {
  readonly room: number;
  readonly user: number;
  readonly kind: string;
  readonly text?: string;
  readonly seq?: number;
};

export const anyStory: fc.Arbitrary<readonly Act[]> = fc.array(act, { maxLength: 40 });

/** Writes it down. Edits and redactions of what is not there are left out, as the domain refuses them. */
export async function tellStory(record: Record, story: readonly Act[]): Promise<void> {
  const posted = new Map<string, Set<number>>();
  const revisions = new Map<string, number>();
  for (const [index, { room, user, kind, text = '', seq: target = 0 }] of story.entries()) {
    const roomId = `r${room}`;
    const by = person(`u${user}`, {
      name: text === '' ? `u${user}` : text,
      email: user === 0 ? '' : `u${user}@example.org`,
    });
    const revision = (revisions.get(roomId) ?? -1) + 1;
    const messages = posted.get(roomId) ?? new Set();
    posted.set(roomId, messages);
    switch (kind) {
      case 'post':
        await record.post(roomId, text, by);
        messages.add(revision);
        revisions.set(roomId, revision);
        break;
      case 'edit':
      case 'redact':
        if (!messages.has(target)) break;
        if (kind === 'edit') await record.tell('transcript', roomId, 'MessageEdited', { seq: target, text }, by);
        else await record.tell('transcript', roomId, 'MessageRedacted', { seq: target, reason: text }, by);
        revisions.set(roomId, revision);
        break;
      case 'join':
        await record.join(roomId, by);
        break;
      case 'leave':
        await record.leave(roomId, by);
        break;
      case 'view':
        await record.tell('attendance', roomId, 'HistoryViewed', { from: 0, to: target, via: 'page' }, by);
        break;
      case 'create':
        await record.room(roomId, text, by);
        break;
      case 'rename':
        await record.tell('room', roomId, 'RoomRenamed', { name: text }, by);
        break;
      case 'category':
        await record.tell('category', 'c1', 'CategoryRenamed', { name: text }, by);
        break;
      case 'receipt':
        await record.tell('receipt', `k${index}`, 'CommandAccepted', { route: text, answer: { n: index } }, by);
        break;
      default:
        await record.tellRaw(
          index % 2 === 0 ? `attendance-${roomId}` : `other-${text}`,
          'Strange',
          { text },
          { actor: by },
        );
    }
  }
}
