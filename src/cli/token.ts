import { deploymentKey } from '../config/deployment-key.js';
import type { Mode } from '../config/defaults.js';
import { localIssuer, signToken } from '../config/local-tokens.js';
import { readDuration } from '../config/values.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail, type Flags } from './load.js';
import { standardOutput, type Output } from './output.js';

export interface TokenOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly sub: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly group: readonly string[];
  readonly role: readonly string[];
  readonly external: boolean;
  /** A duration such as 12h. */
  readonly expires: string;
}

const ROLES = ['admin', 'compliance', 'analyst', 'operator'];

/** Prints a JWT that every node of this deployment accepts. */
export async function makeToken(options: TokenOptions, { out }: Output = standardOutput): Promise<void> {
  const { sub, name, email, group, role, external, expires } = options;
  const lifetime = readDuration(expires);
  if (lifetime === undefined || lifetime < 1_000) {
    throw new CliFailure(`--expires must be a duration such as 30m, 12h or 7d, not ${expires}.`, EXIT.usage);
  }
  if (sub.length < 1 || sub.length > 255) throw new CliFailure('--sub must have 1 to 255 characters.', EXIT.usage);
  const stranger = role.find((one) => !ROLES.includes(one));
  if (stranger !== undefined) {
    throw new CliFailure(`There is no role ${stranger}; there are ${ROLES.join(', ')}.`, EXIT.usage);
  }
  const config = configOrFail(options.mode, options.flags);
  const claims = { sub, name, email, groups: group, roles: role, internal: !external };
  const issuer = localIssuer(config, deploymentKey(config));
  out(`${await signToken(issuer, claims, { now: new Date(), seconds: Math.floor(lifetime / 1_000) })}\n`);
}
