/** Every code with which the domain refuses, and what it means. The API maps each to a status in one table. */
export const REJECTIONS = {
  'room-not-found': 'no such room, or none that the caller may know of',
  'room-exists': 'a room with this id was already created or given up',
  'room-disabled': 'the room is disabled',
  'not-a-member': 'only members read and post here',
  'not-a-manager': 'only managers of the room do this',
  'not-a-presenter': 'only presenters post in an auditorium',
  'not-a-creator': 'the category lets others create rooms',
  'not-in-scope': 'the category does not admit this user or group',
  'presenters-only-in-auditorium': 'a normal room has no presenters',
  'presenter-not-member': 'a presenter must be a member or manager',
  'category-not-found': 'no such category, or none that the caller may know of',
  'category-exists': 'a category with this id was already created or given up',
  'category-not-empty': 'the category still has rooms or categories',
  'duplicate-name': 'another room of the category has this name',
  'user-not-found': 'no such user',
  'message-not-found': 'no such message in this room',
  'message-too-large': 'the message has more bytes than the limit',
  'message-redacted': 'the message was redacted',
  'reply-target-not-found': 'the message replied to does not exist in this room',
  'not-the-author': 'only its author edits a message',
  'window-open': 'the last window is not published yet',
  'window-range': 'a window cannot end before it begins',
  'window-not-found': 'no such window, or it is not published yet',
  'window-differs': 'the window was published with other bytes',
} as const;

export type RejectionCode = keyof typeof REJECTIONS;

/** Some of the codes, checked to exist. */
export type Codes<Code extends RejectionCode> = Code;
