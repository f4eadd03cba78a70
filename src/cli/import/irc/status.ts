import type { LineEvent } from './parsed-line.js';

/** How sure it is that the text behind a marker is about the channel, and not something a user said as an action. */
export type Marker = 'status' | 'arrow' | 'star';

interface Shape {
  readonly pattern: RegExp;
  readonly events: (parts: Readonly<Record<string, string | undefined>>) => readonly LineEvent[];
  /** Left out where an action may look like this. */
  readonly except?: Marker;
}

/** From the first bracket to the last: user and host, account, real name. */
const HOST = '(?:\\s+[(\\[].*[)\\]])?';
const CHANNEL = '(?:\\s+(?:channel\\s+)?[#&+!]\\S*)';
const REASON = '(?:\\s*[(\\["].*|:.*)?\\s*$';
const NICK = '(?<nick>\\S+)';

const join = one('join');
const part = one('part');
const quit = one('quit');

/** Joins, leaves, names and topics as irssi, WeeChat, ZNC, XChat, HexChat, mIRC and the Ubuntu logs write them. The first that fits. */
const SHAPES: readonly Shape[] = [
  shape(`Netsplit over, joins: (?<nicks>.*)`, each('join')),
  shape(`Netsplit .* quits: (?<nicks>.*)`, each('quit')),
  shape(`Joins: ${NICK}.*`, join),
  shape(`Parts: ${NICK}.*`, part),
  shape(`(?:Quits|Signoff): ${NICK}.*`, quit),
  shape(`${NICK}${HOST} has joined${CHANNEL}?\\s*$`, join),
  shape(
    `${NICK}${HOST} (?:has )?(?:joined|left) \\S+\\s*$`,
    ({ nick = '', 0: all = '' }) => [{ kind: / left \S+\s*$/.test(all) ? ('part' as const) : ('join' as const), nick }],
    'star',
  ),
  shape(`${NICK}${HOST} has left${CHANNEL}?${REASON}`, part),
  shape(`${NICK}${HOST} has left(?: IRC|\\s+\\S+)${REASON}`, quit, 'star'),
  shape(`${NICK}${HOST} has left IRC${REASON}`, quit),
  shape(`${NICK}${HOST} has quit(?: IRC)?${REASON}`, quit),
  shape(`${NICK}\\s+[(\\[].*[)\\]] Quit${REASON}`, quit),
  shape(`(?!You['\\s])${NICK}${HOST} (?:is now|are now) known as (?<to>\\S+)\\s*$`, ({ nick = '', to = '' }) => [
    { kind: 'rename', nick, to },
  ]),
  shape(`${NICK} was kicked(?: from \\S+)? by .*`, part),
  shape(`\\S+ has kicked ${NICK}(?: from \\S+)?${REASON}`, part),
  shape(`\\.\\.\\[topic/[^\\s:]+:(?<nick>[^\\]\\s]+)\\] : (?<text>[^]*)`, topic),
  shape(
    `${NICK} (?:has )?(?:changed|changes|set|sets) (?:the )?topic(?: (?:for|of|on) \\S+)? to: (?<text>[^]*)`,
    topic,
  ),
  shape(
    `${NICK} (?:has )?(?:changed|changes|set|sets) (?:the )?topic(?: (?:for|of|on) \\S+)?(?: from (?:".*"|'.*'))? to (?:"(?<text>[^]*)"|'(?<text2>[^]*)')\\s*$`,
    topic,
  ),
  shape(`${NICK} has unset (?:the )?topic.*`, topic),
  shape(`Topic unset by ${NICK}.*`, topic),
];

/** Status lines that say nothing the record keeps, and what they are about. */
const NOTES: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:Server)?mode\/|^(?:Channel |User )?Mode |^\S+ (?:sets|has set) (?:(?:channel |user )?modes?|ban|quiet)\b/i,
    'modes',
  ],
  [/^\S+ (?:gives|removes|sets) (?:a )?(?:voice|channel|ban|quiet|half)/, 'modes'],
  [/^Topic (?:for|is|set|unset)\b|^Set by |^URL for |^Home ?page/i, 'topic as it was'],
  [
    /^(?:You have|You've) (?:joined|left)|^Now talking (?:on|in)|^You are now talking|^Rejoined|^Attempting to/i,
    'own client',
  ],
  [/^You(?: are|'re) now known as|^Your nick|^You(?: have been| were| left| quit)/i, 'own client'],
  [/^(?:Dis)?connect|^Closing|^Looking up|^Reconnecting|^Loaded log|^Retrieving|^irc: /i, 'own client'],
  [
    /^Irssi: |^Channel [#&]|^Users on |^Nicks? [#&]|^Total of |^Created on |^Join to |^Names? |^End of /i,
    'channel information',
  ],
  [/^\[.*\]$|^\S+ \[.*\] (?:is|idle)|^Buffer Playback|^Playback Complete/i, 'channel information'],
];

/** No status line is that long, and some shapes look at every pair of brackets or quotes. */
const MAX_CHARACTERS = 4_096;

export type Status =
  { readonly kind: 'events'; readonly events: readonly LineEvent[] } | { readonly kind: 'note'; readonly what: string };

/** What the text behind a marker tells of the channel; undefined when it is nothing known. */
export function readStatus(text: string, marker: Marker): Status | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  for (const { pattern, events, except } of SHAPES) {
    const found = except === marker ? null : pattern.exec(text);
    if (!found) continue;
    const told = events({ ...found.groups, 0: found[0] }).filter(({ nick }) => nick !== '');
    if (told.length > 0) return { kind: 'events', events: told };
  }
  const note = NOTES.find(([pattern]) => pattern.test(text));
  return note && { kind: 'note', what: note[1] };
}

/** A blank of the pattern is any number of blanks. */
function shape(pattern: string, events: Shape['events'], except?: Marker): Shape {
  return { pattern: new RegExp(`^${pattern.replaceAll(' ', '\\s+')}`), events, ...(except && { except }) };
}

function one(kind: 'join' | 'part' | 'quit'): Shape['events'] {
  return ({ nick = '' }) => [{ kind, nick }];
}

/** A netsplit takes many at once; `(+3 more, use /NETSPLIT …)` names nobody. */
function each(kind: 'join' | 'quit'): Shape['events'] {
  return ({ nicks = '' }) =>
    nicks
      .replace(/\(\+\d+ more.*$/, '')
      .split(/,?\s+/)
      .map((nick) => ({ kind, nick: nick.replace(/,$/, '').replace(/^[~&@%+]/, '') }));
}

function topic({ nick = '', text, text2 }: Readonly<Record<string, string | undefined>>): readonly LineEvent[] {
  return [{ kind: 'topic', nick, text: text ?? text2 ?? '' }];
}
