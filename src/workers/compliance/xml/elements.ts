import type { EventOf, HansardEvent } from '../../../domain/catalogue/catalogue.js';
import type { Actor } from '../../../domain/kernel/event.js';
import { instantAttributes } from '../instants.js';
import type { OpenedRoom } from '../window/window-writer.js';
import type { Escaper } from './escaper.js';
import { channelUri } from './names.js';

interface Person {
  readonly actor: Actor;
  /** The original's attributes. */
  readonly attributes: string;
  /** The user id as an attribute's value; "" in the strict profile. */
  readonly user: string;
  readonly escaped: number;
}

/** Persons whose attributes are remembered. */
const PERSONS = 10_000;

/** An entry of the original's: one of its four types. */
type EntryEvent = EventOf<'MessagePosted' | 'ParticipantJoined' | 'ParticipantLeft' | 'HistoryViewed'>;

const ENTRIES: Readonly<Record<EntryEvent['type'], true>> = {
  MessagePosted: true,
  ParticipantJoined: true,
  ParticipantLeft: true,
  HistoryViewed: true,
};

export function isEntry(event: HansardEvent): event is EntryEvent {
  return Object.hasOwn(ENTRIES, event.type);
}

/** Makes elements of events. `extended`: with attributes and elements of our own namespace, prefix `h`. */
export class Elements {
  readonly #escaper: Escaper;
  readonly #domain: string;
  readonly #extended: boolean;
  readonly #persons = new Map<number, Person>();

  constructor(escaper: Escaper, domain: string, extended: boolean) {
    this.#escaper = escaper;
    this.#domain = domain;
    this.#extended = extended;
  }

  channel({ id, name, categoryId, category, privacy, type }: OpenedRoom): string {
    const uri = this.#attribute('uri', channelUri(this.#domain, id)) + this.#attribute('name', name);
    if (!this.#extended) return `<Channel${uri}/>\n`;
    const where = this.#attribute('h:categoryId', categoryId) + this.#attribute('h:category', category);
    return `<Channel${uri}${where}${this.#attribute('h:privacy', privacy)}${this.#attribute('h:roomType', type)}/>\n`;
  }

  roster({ roster }: OpenedRoom): string {
    if (!this.#extended || roster.length === 0) return '';
    const present = roster.map(({ ordinal, since, ...actor }) => {
      const { attributes, user } = this.#person(actor, ordinal);
      return `<h:Present${attributes} user="${user}"${this.#attribute('since', since)}/>\n`;
    });
    return `<h:Roster>\n${present.join('')}</h:Roster>\n`;
  }

  /** The inside of `Message` and `FirstMessage`: from the first attribute to before the end tag. */
  entry(event: EntryEvent, ordinal: number): string {
    const own = this.#extended ? this.#extensionOf(event) : '';
    const sender = this.#person(event.metadata.actor, ordinal);
    const user = this.#extended ? ` h:user="${sender.user}"` : '';
    return `${this.#original(event)}${own}><Sender${sender.attributes}${user}/><DateTimeUTC ${instantAttributes(event.metadata.time)}/>${this.#files(event)}`;
  }

  /** Anything else that happened in a room. */
  extension(event: HansardEvent, ordinal: number): string {
    switch (event.type) {
      case 'MessageEdited':
        return this.#edited(event, ordinal);
      case 'MessageRedacted':
        return this.#redacted(event, ordinal);
      default:
        return this.#other('Changed', event, ordinal);
    }
  }

  /** What happened outside of rooms. */
  elsewhere(event: HansardEvent, ordinal: number): string {
    return this.#other('Event', event, ordinal);
  }

  #edited({ data: { seq, text }, ...event }: EventOf<'MessageEdited'>, ordinal: number): string {
    return this.#record('Edited', event, ` seq="${seq}"${this.#attribute('text', text)}`, ordinal, '');
  }

  #redacted({ data: { seq, reason }, ...event }: EventOf<'MessageRedacted'>, ordinal: number): string {
    return this.#record('Redacted', event, ` seq="${seq}"${this.#optional('reason', reason)}`, ordinal, '');
  }

  /** Its data as a flat list of details. */
  #other(tag: 'Changed' | 'Event', { data, ...event }: HansardEvent, ordinal: number): string {
    const place = this.#attribute('stream', event.stream) + this.#attribute('type', event.type);
    const details = [...flat(data, '')].map(
      ([name, value]) => `<h:Detail${this.#attribute('name', name)}${this.#attribute('value', value)}/>`,
    );
    return this.#record(tag, event, place, ordinal, details.join(''));
  }

  unknown({
    stream,
    revision,
    id,
    type,
    sha256,
  }: Readonly<Record<'stream' | 'id' | 'type' | 'sha256', string>> & { readonly revision: number }): string {
    const place = this.#attribute('stream', stream) + this.#attribute('type', type);
    return `<h:Unknown${this.#attribute('event', id)} revision="${revision}"${place} sha256="${sha256}"/>\n`;
  }

  #original(event: EntryEvent): string {
    switch (event.type) {
      case 'MessagePosted':
        return ` type="CHAT"${this.#attribute('content', event.data.text)} id="${event.revision}"`;
      case 'ParticipantJoined':
        return ' type="JOIN" content="" id="0"';
      case 'ParticipantLeft':
        return ' type="PART" content="" id="0"';
      case 'HistoryViewed':
        return ` type="BACKCHAT" content="messages ${event.data.from} to ${event.data.to}" id="0"`;
    }
  }

  #extensionOf(event: EntryEvent): string {
    const { id, revision, metadata } = event;
    const logged = metadata.logged === false ? ' h:logged="false"' : '';
    return `${this.#attribute('h:event', id)} h:revision="${revision}"${logged}${this.#dataOf(event)}`;
  }

  #dataOf({ type, data }: EntryEvent): string {
    switch (type) {
      case 'MessagePosted':
        return (
          ` h:kind="${data.kind}"` +
          this.#optional('h:title', data.title) +
          this.#optional('h:html', data.html) +
          (data.replyTo === undefined ? '' : ` h:replyTo="${data.replyTo}"`) +
          this.#optional('h:claimedTime', data.claimedTime)
        );
      case 'ParticipantJoined':
        return this.#optional('h:claimedTime', data.claimedTime);
      case 'ParticipantLeft': {
        const reason = this.#attribute('h:reason', data.reason) + this.#optional('h:message', data.message);
        return reason + this.#optional('h:claimedTime', data.claimedTime);
      }
      case 'HistoryViewed':
        return ` h:from="${data.from}" h:to="${data.to}" h:via="${data.via}"`;
    }
  }

  #files({ type, data }: EntryEvent): string {
    if (!this.#extended || type !== 'MessagePosted' || !data.files) return '';
    return data.files.map((id) => `<h:File${this.#attribute('id', id)}/>`).join('');
  }

  #record(
    tag: string,
    { id, revision, metadata }: Pick<HansardEvent, 'id' | 'revision' | 'metadata'>,
    attributes: string,
    ordinal: number,
    inside: string,
  ): string {
    const { attributes: person, user } = this.#person(metadata.actor, ordinal);
    const actor = `<h:Actor${person} user="${user}"/><h:DateTimeUTC ${instantAttributes(metadata.time)}/>`;
    return `<h:${tag}${this.#attribute('event', id)} revision="${revision}"${attributes}>${actor}${inside}</h:${tag}>\n`;
  }

  #person(actor: Actor, ordinal: number): Person {
    const before = this.#persons.get(ordinal);
    if (before && isSame(before.actor, actor)) {
      this.#escaper.escaped += before.escaped;
      return before;
    }
    const { escaped } = this.#escaper;
    const { id, name, email, internal } = actor;
    const address = email === '' ? `${encodeURIComponent(id.toWellFormed())}@${this.#domain}` : email;
    const attributes =
      `${this.#attribute('UserName', name)} id="${ordinal}"` +
      (email === '' ? '' : this.#attribute('email', email)) +
      ` internal="${internal}"${this.#attribute('uri', `sip:${address}`)}`;
    const user = this.#extended ? this.#escaper.value(id) : '';
    const person = { actor, attributes, user, escaped: this.#escaper.escaped - escaped };
    if (this.#persons.size >= PERSONS) this.#persons.clear();
    this.#persons.set(ordinal, person);
    return person;
  }

  #attribute(name: string, text: string): string {
    return ` ${name}="${this.#escaper.value(text)}"`;
  }

  #optional(name: string, text: string | undefined): string {
    return text === undefined ? '' : this.#attribute(name, text);
  }
}

function isSame(one: Actor, other: Actor): boolean {
  return one.id === other.id && one.name === other.name && one.email === other.email && one.internal === other.internal;
}

/** Members by dotted path; members of lists have the path of the list. */
function* flat(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, String(value)];
    return;
  }
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value))
    yield* flat(member, isList ? path : path === '' ? name : `${path}.${name}`);
}
