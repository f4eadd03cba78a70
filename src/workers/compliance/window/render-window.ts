import { mkdir } from 'node:fs/promises';
import type { Position } from '../../../domain/kernel/position.js';
import { windowFolder } from '../../../projections/window-view.js';
import { archivedEvent, bytesHash, type ArchivedEvent } from '../archived-event.js';
import { closeBag } from '../bag/bag.js';
import { Spool } from '../bag/spool.js';
import type { Rendering, Window } from '../dependencies.js';
import { JsonlWriter } from '../jsonl/jsonl-writer.js';
import { isArchived } from '../state/fold-log.js';
import type { LogState, Roster } from '../state/log-state.js';
import { XmlWriter } from '../xml/xml-writer.js';
import { Accounts } from './accounts.js';
import { writeWindowJson, type LargeParts } from './window-json.js';
import type { OpenedRoom, Participant, WindowWriter } from './window-writer.js';

export interface Rendered {
  readonly events: number;
  readonly manifestSha256: string;
  /** Streams in which the log itself has a gap: said in `window.json`, and worth an alarm. */
  readonly gaps: readonly string[];
}

export interface RenderOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch of events. */
  readonly onProgress?: (() => Promise<void> | void) | undefined;
}

/** Gaps that are named. */
const GAPS = 20;

/**
 * Renders a sealed window into a new folder and makes it durable. The same range of the same log gives the same bytes,
 * whenever and wherever. `state` must be at the window's beginning; it is at its end after that, not kept.
 */
export async function renderWindow(
  window: Window,
  folder: string,
  state: LogState,
  rendering: Rendering,
  { signal, onProgress }: RenderOptions = {},
): Promise<Rendered> {
  await mkdir(folder);
  await mkdir(`${folder}/data`);
  const spool = new Spool(`${folder}/spool`);
  const writer = await openWriter(window, folder, spool, rendering);
  try {
    const pass = new RenderPass(state, writer, spool, rendering);
    const [after, to] = [window.from as Position, window.to as Position];
    if (after < to) {
      for await (const { events } of rendering.store.readAll({ after, to, ...(signal && { signal }) })) {
        for (const recorded of events) if (isArchived(recorded.stream)) pass.add(archivedEvent(recorded));
        await writer.drain();
        await spool.drain();
        await onProgress?.();
      }
      signal?.throwIfAborted();
    }
    state.reached(to);
    const payload = await writer.finish();
    const facts = {
      escaped: writer.escaped,
      roomName: (id: string) => pass.roomName(id),
      sequences: rendering.sequences,
    };
    const json = await writeWindowJson(folder, window, pass.accounts, facts, spool, pass.large);
    await spool.close();
    const { manifestSha256 } = await closeBag(folder, window, windowFolder(window), [payload, json]);
    return { events: pass.accounts.events, manifestSha256, gaps: pass.gaps };
  } finally {
    await writer.close();
    await spool.close();
  }
}

function openWriter(
  window: Window,
  folder: string,
  spool: Spool,
  { toEnvelope, domain }: Rendering,
): Promise<WindowWriter> {
  return window.adapter === 'jsonl'
    ? JsonlWriter.create(folder, toEnvelope)
    : XmlWriter.create(folder, spool, window, domain);
}

/** One pass over a window's events. */
class RenderPass {
  readonly accounts = new Accounts();
  readonly gaps: string[] = [];
  readonly large: LargeParts;
  readonly #state: LogState;
  readonly #writer: WindowWriter;
  readonly #rendering: Rendering;
  readonly #roomNames = new Map<string, string>();
  #rosters = 0;

  constructor(state: LogState, writer: WindowWriter, spool: Spool, rendering: Rendering) {
    this.#state = state;
    this.#writer = writer;
    this.#rendering = rendering;
    this.large = { roster: spool.text(), unknown: spool.text() };
  }

  roomName(id: string): string {
    return this.#roomNames.get(id) ?? '';
  }

  add(archived: ArchivedEvent): void {
    const { recorded, event, roomId } = archived;
    const { stream, revision, type } = recorded;
    const isNewRoom = roomId !== undefined && !this.accounts.rooms.has(roomId);
    const roster = isNewRoom ? this.#state.roster(roomId) : undefined;
    this.#noteGap(stream, revision);
    this.#state.apply(recorded);
    if (isNewRoom && roster) this.#open(roomId, roster);
    const text = event?.type === 'MessagePosted' ? event.data.text : undefined;
    this.accounts.add({ stream, revision, type, roomId, known: event !== undefined, text });
    if (!event) this.#noteUnknown(archived);
    this.#writer.add(archived, event ? this.#state.ordinal(event.metadata.actor.id) : 0);
  }

  /** The roster is as of before the room's first event, the names as of after it: it may be the creation. */
  #open(id: string, roster: Roster): void {
    const room = this.#state.room(id);
    const participants = this.#inOrder(roster);
    this.#roomNames.set(id, room.name);
    this.#writer.open({ id, ...room, category: this.#state.categoryName(room.categoryId), roster: participants });
    if (participants.length === 0) return;
    this.large.roster.append(`${this.#rosters > 0 ? ',\n' : ''}${JSON.stringify(rosterOf(id, participants))}`);
    this.#rosters += 1;
  }

  #inOrder(roster: Roster): OpenedRoom['roster'] {
    const participants = [...roster.values()].map((one) => ({ ...one, ordinal: this.#state.ordinal(one.id) }));
    return participants.sort((one, other) => one.ordinal - other.ordinal);
  }

  #noteGap(stream: string, revision: number): void {
    if (revision === this.#state.lastRevision(stream) + 1 || this.gaps.length === GAPS) return;
    this.gaps.push(`${stream} (${revision} follows ${this.#state.lastRevision(stream)})`);
  }

  #noteUnknown({ recorded }: ArchivedEvent): void {
    const { stream, revision, id, type, position } = recorded;
    const sequence = this.#rendering.sequences.encode(position);
    const entry = { stream, revision, sequence, id, type, sha256: bytesHash(recorded) };
    this.large.unknown.append(`${this.accounts.unknown > 1 ? ',\n' : ''}${JSON.stringify(entry)}`);
  }
}

function rosterOf(room: string, participants: readonly Participant[]) {
  return {
    room,
    participants: participants.map(({ id, name, email, internal, since }) => ({ id, name, email, internal, since })),
  };
}
