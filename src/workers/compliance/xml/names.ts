/** Namespace of everything that the original's format had no place for. */
export const EXTENSION = 'urn:hansard:archive:1';
export const CONVERSATIONS_XML = 'data/conversations.xml';

/** The original's types of entries, and the events that they are made of. */
export const ENTRY_TYPES = {
  JOIN: 'ParticipantJoined',
  PART: 'ParticipantLeft',
  CHAT: 'MessagePosted',
  BACKCHAT: 'HistoryViewed',
} as const;

export function channelUri(domain: string, roomId: string): string {
  return `ma-chan://${domain}/${encodeURIComponent(roomId.toWellFormed())}`;
}

export function isEntryType(type: string): type is keyof typeof ENTRY_TYPES {
  return Object.hasOwn(ENTRY_TYPES, type);
}

/** Of a channel's address. */
export function roomIdOf(uri: string | undefined): string {
  return decodeURIComponent(uri?.split('/').pop() ?? '');
}
