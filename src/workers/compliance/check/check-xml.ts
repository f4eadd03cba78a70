import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { roomOf } from '../archived-event.js';
import { instantOf } from '../instants.js';
import type { Findings } from '../report.js';
import type { WindowJson } from '../window/window-json.js';
import { ESCAPE, escapesIn, unescaped } from '../xml/escaper.js';
import { CONVERSATIONS_XML, ENTRY_TYPES, EXTENSION, isEntryType, roomIdOf } from '../xml/names.js';
import type { ContentCheck, FoundEvent } from './content-check.js';

type Attributes = Readonly<Record<string, string>>;

/** An element that is an event, while it is open. */
interface OpenEvent {
  readonly event: Omit<FoundEvent, 'userId'>;
  /** Of a message. */
  readonly attributes: Attributes | undefined;
  userId: string;
  time: number | undefined;
}

/** What is known of the conversation that is open. */
interface OpenConversation {
  roomId: string;
  /** Streams of the room: made once, as every event names one. */
  transcript: string;
  attendance: string;
  /** User ids of the roster. */
  readonly present: string[];
  first: string | undefined;
  earliest: number;
  latest: number;
  start: number | undefined;
  end: number | undefined;
}

const PERSONS = new Set(['Sender', 'h:Actor']);
const INSTANTS = new Set(['DateTimeUTC', 'h:DateTimeUTC', 'StartTimeUTC', 'EndTimeUTC']);
const EVENTS = new Set(['Message', 'FirstMessage', 'h:Edited', 'h:Redacted', 'h:Changed', 'h:Event', 'h:Unknown']);

/** Reads `conversations.xml` bit by bit with somebody else's parser. Throws what is wrong with the format. */
export class XmlCheck {
  readonly #window: WindowJson;
  readonly #content: ContentCheck;
  readonly #findings: Findings;
  readonly #parser = new SaxesParser();
  readonly #rosters: ReadonlyMap<string, string>;
  #conversation: OpenConversation | undefined;
  #open: OpenEvent | undefined;
  #first: string | undefined;
  #inFirst = false;
  #escaped = 0;

  constructor(window: WindowJson, content: ContentCheck, findings: Findings) {
    this.#window = window;
    this.#content = content;
    this.#findings = findings;
    this.#rosters = new Map(
      window.roster.map(({ room, participants }) => [room, participants.map(({ id }) => id).join('\n')]),
    );
    this.#parser.on('error', (error) => {
      throw error;
    });
    this.#parser.on('doctype', () => {
      throw new Error('there is a document type, which no file of the archive has');
    });
    this.#parser.on('opentag', (tag) => this.#opened(tag));
    this.#parser.on('closetag', ({ name }) => this.#closed(name));
  }

  text(text: string): void {
    if (text.includes(ESCAPE)) this.#escaped += escapesIn(text);
    this.#parser.write(text);
  }

  finish(): void {
    this.#parser.close();
    this.#content.finish(this.#escaped);
  }

  #opened({ name, attributes }: SaxesTagPlain): void {
    if (this.#inFirst || name === 'FirstMessage') this.#discount(attributes);
    if (EVENTS.has(name)) this.#openEvent(name, attributes);
    else if (PERSONS.has(name)) this.#person(name, attributes);
    else if (INSTANTS.has(name)) this.#instant(name, attributes);
    else if (name === 'Conversation') this.#conversation = newConversation();
    else if (name === 'Channel') this.#channel(roomIdOf(attributes['uri']));
    else if (name === 'h:Present') this.#conversation?.present.push(unescaped(attributes['user'] ?? ''));
    else if (name === 'Conversations') this.#root(attributes);
  }

  #channel(roomId: string): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    conversation.roomId = roomId;
    conversation.transcript = `transcript-${roomId}`;
    conversation.attendance = `attendance-${roomId}`;
  }

  /** The first message is there twice and counts once. */
  #discount(attributes: Attributes): void {
    for (const name in attributes) this.#escaped -= escapesIn(attributes[name] ?? '');
  }

  #root(attributes: Attributes): void {
    const extension = attributes['xmlns:h'];
    if (extension !== (this.#window.profile === 'full' ? EXTENSION : undefined))
      throw new Error(`the prefix h is ${String(extension)}, which is not of the ${this.#window.profile} profile`);
  }

  #openEvent(name: string, attributes: Attributes): void {
    this.#inFirst = name === 'FirstMessage';
    const isMessage = name === 'Message' || this.#inFirst;
    const event = isMessage ? this.#message(attributes) : this.#extension(name, attributes);
    this.#open = { event, attributes: isMessage ? attributes : undefined, userId: '', time: undefined };
  }

  #message(attributes: Attributes): OpenEvent['event'] {
    const { roomId, transcript, attendance } = this.#conversation ?? newConversation();
    const kind = attributes['type'] ?? '';
    if (!isEntryType(kind)) throw new Error(`there is an entry of type ${kind}`);
    const revision = Number(attributes['h:revision'] ?? attributes['id']);
    const stream = kind === 'CHAT' ? transcript : attendance;
    const type = ENTRY_TYPES[kind];
    if (kind !== 'CHAT') return { stream, revision, type, roomId, known: true };
    const target = attributes['h:replyTo'];
    return {
      stream,
      revision: Number(attributes['id']),
      type,
      roomId,
      known: true,
      text: unescaped(attributes['content'] ?? ''),
      ...(target !== undefined && { target: Number(target) }),
    };
  }

  #extension(name: string, attributes: Attributes): OpenEvent['event'] {
    const revision = Number(attributes['revision']);
    const roomId = this.#conversation?.roomId;
    if (name === 'h:Edited' || name === 'h:Redacted') {
      const type = name === 'h:Edited' ? 'MessageEdited' : 'MessageRedacted';
      const stream = `transcript-${roomId ?? ''}`;
      return { stream, revision, type, roomId, known: true, target: Number(attributes['seq']) };
    }
    const stream = unescaped(attributes['stream'] ?? '');
    const type = unescaped(attributes['type'] ?? '');
    return name === 'h:Unknown'
      ? { stream, revision, type, roomId: roomOf(stream), known: false }
      : { stream, revision, type, roomId, known: true };
  }

  #person(name: string, attributes: Attributes): void {
    if (this.#open) this.#open.userId = unescaped(attributes[name === 'Sender' ? 'h:user' : 'user'] ?? '');
  }

  #instant(name: string, { since1970, string, long }: Attributes): void {
    const time = Number(since1970);
    const same = Number.isSafeInteger(time) ? instantOf(time) : undefined;
    if (same?.since1970 !== since1970 || same?.string !== string || same?.long !== long)
      this.#bad(`${name}: ${String(since1970)}, ${String(string)} and ${String(long)} are not one instant`);
    if (name === 'StartTimeUTC' && this.#conversation) this.#conversation.start = time;
    else if (name === 'EndTimeUTC' && this.#conversation) this.#conversation.end = time;
    else if (this.#open) this.#open.time = time;
  }

  #closed(name: string): void {
    if (EVENTS.has(name)) this.#closeEvent(name);
    else if (name === 'Conversation') this.#closeConversation();
  }

  #closeEvent(name: string): void {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    if (name === 'FirstMessage') {
      this.#inFirst = false;
      this.#first = faceOf(open);
      return;
    }
    const conversation = this.#conversation;
    if (conversation) this.#place(conversation, open, name);
    this.#content.event({ ...open.event, userId: open.userId });
  }

  #place(conversation: OpenConversation, open: OpenEvent, name: string): void {
    const { time } = open;
    if (name === 'Message') conversation.first ??= faceOf(open);
    if (name === 'h:Unknown') return;
    if (time === undefined) throw new Error(`there is an event without a time in room ${conversation.roomId}`);
    conversation.earliest = Math.min(conversation.earliest, time);
    conversation.latest = Math.max(conversation.latest, time);
  }

  #closeConversation(): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    const { roomId, present, first, earliest, latest, start, end } = conversation;
    if (first !== this.#first) throw new Error(`FirstMessage of room ${roomId} is not its first message`);
    if (this.#window.profile === 'full' && present.join('\n') !== (this.#rosters.get(roomId) ?? ''))
      this.#findings.problem(
        CONVERSATIONS_XML,
        'count-differs',
        `room ${roomId}: the roster is not that of window.json`,
      );
    if (start === undefined || end === undefined || start > earliest || end < latest)
      this.#bad(`room ${roomId}: an event lies outside of its conversation`);
    this.#conversation = this.#first = undefined;
  }

  #bad(message: string): void {
    this.#findings.problem(CONVERSATIONS_XML, 'bad-time', message);
  }
}

function newConversation(): OpenConversation {
  const none = { first: undefined, start: undefined, end: undefined };
  return { roomId: '', transcript: '', attendance: '', present: [], ...none, earliest: Infinity, latest: -Infinity };
}

/** What `FirstMessage` must repeat. */
function faceOf({ attributes, userId, time }: OpenEvent): string {
  return JSON.stringify([attributes, userId, time]);
}
