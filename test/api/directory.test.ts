import { vi } from 'vitest';
import { apiNode } from '../support/api-node.js';
import { authRules } from './rules/auth.js';
import { categoryRules } from './rules/categories.js';
import { listRules } from './rules/lists.js';
import { problemRules } from './rules/problems.js';
import { rightsRules } from './rules/rights.js';
import { roomRules } from './rules/rooms.js';
import { secretRules } from './rules/secrets.js';
import { userRules } from './rules/users.js';

vi.setConfig({ testTimeout: 90_000 });

/** Rooms, categories, people, and what they may: one node serves all of it, because starting one costs more than asking it. */
const node = apiNode();

problemRules(node);
authRules(node);
userRules(node);
categoryRules(node);
roomRules(node);
rightsRules(node);
secretRules(node);
listRules(node);
