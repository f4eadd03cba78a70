import { vi } from 'vitest';
import { apiNode } from '../support/api-node.js';
import { archiveRules } from './rules/archive.js';
import { connectionRules } from './rules/connections.js';
import { historyRules } from './rules/history.js';
import { idempotencyRules } from './rules/idempotency.js';
import { joinRules } from './rules/joins.js';
import { logRules } from './rules/log.js';
import { reportRules } from './rules/reports.js';
import { messageRules } from './rules/messages.js';
import { openApiRules } from './rules/openapi.js';
import { readAfterRules } from './rules/read-after.js';

vi.setConfig({ testTimeout: 90_000 });

const KEY = Buffer.alloc(32, 7);
const PARTICIPANTS = 4;

/** What is said, and what becomes of it: one node serves all of it, because starting one costs more than asking it. */
const node = apiNode({
  env: () => ({ HANSARD_KEY: KEY.toString('hex'), HANSARD_PARTICIPANT_UPDATE_LIMIT: String(PARTICIPANTS) }),
});

joinRules(node, PARTICIPANTS);
messageRules(node);
historyRules(node);
readAfterRules(node, KEY);
logRules(node);
reportRules(node);
archiveRules(node);
openApiRules(node);
connectionRules(node);
idempotencyRules(node);
