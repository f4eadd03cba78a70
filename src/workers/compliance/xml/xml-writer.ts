import type { HansardEvent } from '../../../domain/catalogue/catalogue.js';
import type { RecordedEvent } from '../../../domain/kernel/event.js';
import { bytesHash, type ArchivedEvent } from '../archived-event.js';
import { OutputFile, type WrittenFile } from '../bag/output-file.js';
import type { Spool, SpooledText } from '../bag/spool.js';
import type { Window } from '../dependencies.js';
import { instantAttributes } from '../instants.js';
import type { OpenedRoom, WindowWriter } from '../window/window-writer.js';
import { Elements, isEntry } from './elements.js';
import { Escaper } from './escaper.js';
import { CONVERSATIONS_XML, EXTENSION } from './names.js';

/** One room's part of the file. Times are RFC 3339, so that they compare as text. */
interface Conversation {
  /** Until something is said in it: a room of which the profile says nothing is no conversation. */
  room: OpenedRoom | undefined;
  /** Channel, roster, first message. */
  readonly head: SpooledText;
  /** What is in `Messages`. */
  readonly body: SpooledText;
  hasMessage: boolean;
  start: string;
  end: string;
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XSD = 'http://www.w3.org/2001/XMLSchema';

/** The original's format. Rooms are interleaved in the log and apart in the file, so each has its text in the spool. */
export class XmlWriter implements WindowWriter {
  readonly #file: OutputFile;
  readonly #spool: Spool;
  readonly #window: Window;
  readonly #extended: boolean;
  readonly #escaper = new Escaper();
  readonly #elements: Elements;
  readonly #conversations = new Map<string, Conversation>();
  readonly #elsewhere: SpooledText;
  #hasElsewhere = false;

  private constructor(file: OutputFile, spool: Spool, window: Window, domain: string) {
    this.#file = file;
    this.#spool = spool;
    this.#window = window;
    this.#extended = window.profile === 'full';
    this.#elements = new Elements(this.#escaper, domain, this.#extended);
    this.#elsewhere = spool.text();
  }

  static async create(folder: string, spool: Spool, window: Window, domain: string): Promise<XmlWriter> {
    return new XmlWriter(await OutputFile.create(folder, CONVERSATIONS_XML), spool, window, domain);
  }

  get escaped(): number {
    return this.#escaper.escaped;
  }

  open(room: OpenedRoom): void {
    const [head, body] = [this.#spool.text(), this.#spool.text()];
    this.#conversations.set(room.id, { room, head, body, hasMessage: false, start: '', end: '' });
  }

  add({ recorded, event, roomId }: ArchivedEvent, ordinal: number): void {
    const conversation = roomId === undefined ? undefined : this.#conversations.get(roomId);
    if (event && conversation) this.#addToRoom(conversation, event, ordinal);
    else if (this.#extended && event) this.#addElsewhere(this.#elements.elsewhere(event, ordinal));
    else if (this.#extended) this.#addUnknown(conversation, recorded);
  }

  drain(): Promise<void> {
    return this.#spool.drain();
  }

  async finish(): Promise<WrittenFile> {
    const file = this.#file;
    const extension = this.#extended ? ` xmlns:h="${EXTENSION}"` : '';
    file.write(
      `<?xml version="1.0" encoding="utf-8"?>\n<Conversations xmlns:xsi="${XSI}" xmlns:xsd="${XSD}"${extension}>\n`,
    );
    for (const conversation of this.#conversations.values()) await this.#writeConversation(conversation);
    if (this.#hasElsewhere) {
      file.write('<h:Elsewhere>\n');
      await this.#spool.copy(this.#elsewhere, file);
      file.write('</h:Elsewhere>\n');
    }
    file.write('</Conversations>\n');
    return file.finish();
  }

  close(): Promise<void> {
    return this.#file.abandon();
  }

  #addToRoom(conversation: Conversation, event: HansardEvent, ordinal: number): void {
    if (isEntry(event)) {
      this.#begin(conversation, event.metadata.time);
      this.#addEntry(conversation, this.#elements.entry(event, ordinal));
    } else if (this.#extended) {
      this.#begin(conversation, event.metadata.time);
      conversation.body.append(this.#elements.extension(event, ordinal));
    }
  }

  /** `time`: of the event; one that no schema knows has none. */
  #begin(conversation: Conversation, time?: string): void {
    const { room } = conversation;
    if (room) {
      conversation.room = undefined;
      conversation.head.append(this.#elements.channel(room) + this.#elements.roster(room));
    }
    if (time === undefined) return;
    if (conversation.start === '' || time < conversation.start) conversation.start = time;
    if (time > conversation.end) conversation.end = time;
  }

  #addEntry(conversation: Conversation, entry: string): void {
    conversation.body.append(`<Message${entry}</Message>\n`);
    if (conversation.hasMessage) return;
    conversation.hasMessage = true;
    conversation.head.append(`<FirstMessage${entry}</FirstMessage>\n`);
  }

  #addUnknown(conversation: Conversation | undefined, recorded: RecordedEvent): void {
    const element = this.#elements.unknown({ ...recorded, sha256: bytesHash(recorded) });
    if (!conversation) {
      this.#addElsewhere(element);
      return;
    }
    this.#begin(conversation);
    conversation.body.append(element);
  }

  #addElsewhere(element: string): void {
    this.#hasElsewhere = true;
    this.#elsewhere.append(element);
  }

  async #writeConversation({ room, head, body, ...times }: Conversation): Promise<void> {
    if (room) return;
    const { fromTime, toTime } = this.#window;
    const [start, end] = times.start === '' ? [fromTime, toTime] : [times.start, times.end];
    this.#file.write('<Conversation>\n');
    await this.#spool.copy(head, this.#file);
    this.#file.write('<Messages>\n');
    await this.#spool.copy(body, this.#file);
    this.#file.write(
      `</Messages>\n<StartTimeUTC ${instantAttributes(start)}/>\n<EndTimeUTC ${instantAttributes(end)}/>\n</Conversation>\n`,
    );
  }
}
