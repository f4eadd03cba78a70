import { catalogue, type HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { Caller } from '../../domain/caller.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import { streamName, type StreamName } from '../../domain/kernel/event.js';
import { handleCommand, type Handled } from '../../domain/kernel/handle-command.js';
import { principalDecider, type PrincipalCommand } from '../../domain/principal/decide.js';
import type { KnownPrincipal, PrincipalFact, PrincipalState } from '../../domain/principal/principal.js';
import type { Services } from '../services.js';

/** A change of what tokens say of a user is recorded, at most once in so long. */
const CLAIMS_EVERY_MS = 60_000;

/** Users as the log knows them: registered at first sight, kept as their tokens say, disabled and enabled. */
export class Principals {
  readonly #services: Services;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #changedAt = new Map<string, number>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Resolves when the user is registered; what the claims change may be recorded later, when they changed just now. */
  async see(caller: Caller, correlationId: string): Promise<void> {
    const known = this.#services.directory.principal(caller.actor.id);
    if (known && (isAs(known, caller) || this.#changedLately(caller.actor.id))) return;
    await this.seeAsClaimed(caller, correlationId);
  }

  /** Resolves when the user is registered with exactly these claims: what is decided by them later is decided rightly. */
  async seeAsClaimed(caller: Caller, correlationId: string): Promise<void> {
    const { id } = caller.actor;
    const known = this.#services.directory.principal(id);
    if (known && isAs(known, caller)) return;
    const underWay = this.#underWay.get(id) ?? this.#register(caller, correlationId);
    this.#underWay.set(id, underWay);
    await underWay.finally(() => this.#underWay.delete(id));
  }

  handle(userId: string, command: PrincipalCommand, context: CommandContext): Promise<Handled<PrincipalState>> {
    const { store, clock, ids, view, directory } = this.#services;
    const snapshot = () => directory.principalEntry(userId);
    const handling = { store, clock, ids, versionOf: catalogue.versionOf, typed, snapshot };
    const handled = handleCommand<PrincipalState, PrincipalCommand, PrincipalFact>(
      this.streamOf(userId),
      principalDecider,
      command,
      context,
      handling,
    );
    return handled.then(async (done) => {
      if (done.kind === 'done' && done.position !== undefined) await view.reached(done.position);
      return done;
    });
  }

  /** User ids are the issuer's, stream ids are ours. */
  streamOf(userId: string): StreamName {
    return streamName('principal', this.#services.ids.derived('principal', userId));
  }

  async #register({ actor, groups }: Caller, correlationId: string): Promise<void> {
    this.#changedAt.set(actor.id, this.#now());
    const context = { actor, node: this.#services.node, correlationId };
    await this.handle(actor.id, { type: 'Register', claims: { ...actor, groups } }, context);
  }

  #changedLately(id: string): boolean {
    const at = this.#changedAt.get(id);
    if (at === undefined) return false;
    if (this.#now() - at < CLAIMS_EVERY_MS) return true;
    this.#changedAt.delete(id);
    return false;
  }

  #now(): number {
    return Date.parse(this.#services.clock.now());
  }
}

function typed(recorded: Parameters<typeof catalogue.decode>[0]) {
  const event = catalogue.decode(recorded);
  return isParked(event) ? undefined : (event as Extract<HansardEvent, PrincipalFact>);
}

function isAs(known: KnownPrincipal, { actor, groups }: Caller): boolean {
  return (
    known.name === actor.name &&
    known.email === actor.email &&
    known.internal === actor.internal &&
    known.groups.length === groups.length &&
    known.groups.every((group, index) => group === groups[index])
  );
}
