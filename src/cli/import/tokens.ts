import type { LocalIssuer } from '../../config/local-tokens.js';
import { signToken } from '../../config/local-tokens.js';
import type { TokenOf } from './api.js';

/** Who makes category, rooms and topics. A nick cannot become this id: a full stop of a nick is escaped. */
const IMPORTER = 'hansard.import';

/** Development: everybody is who they say they are. */
export function developmentTokens(adminToken = `dev-${IMPORTER}+admin`): TokenOf {
  return (as) => (as === 'admin' ? adminToken : `dev-${as.id}`);
}

const LIFETIME_S = 3_600;
/** Well before it ends, so that no request is under way with a token that just ended. */
const RENEWED_AFTER_MS = 1_800_000;

/** A token for each user, signed as `hansard token` signs. */
export function signedTokens(issuer: LocalIssuer, adminToken?: string): TokenOf {
  const made = new Map<string, { readonly token: Promise<string>; readonly at: number }>();
  const tokenFor = (sub: string, name: string, roles: readonly string[]) => {
    const now = new Date();
    const before = made.get(sub);
    if (before && now.getTime() - before.at < RENEWED_AFTER_MS) return before.token;
    const token = signToken(issuer, { sub, name, roles, internal: true }, { now, seconds: LIFETIME_S });
    made.set(sub, { token, at: now.getTime() });
    return token;
  };
  return (as) => {
    if (as !== 'admin') return tokenFor(as.id, as.nick, []);
    return adminToken ?? tokenFor(IMPORTER, 'Import', ['admin']);
  };
}
