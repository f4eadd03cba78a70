import { z } from 'zod';
import { time } from './common.js';

const keyPart = z.union([z.string(), z.int()]);

export const taskSchema = z
  .object({
    id: z.string(),
    readModel: z.string(),
    kind: z.enum(['rebuild', 'verify']),
    askedAt: time,
    state: z.enum(['waiting', 'running', 'done', 'failed', 'stopped']),
    step: z.enum(['waiting', 'filling', 'copying', 'swapping', 'comparing', 'ended']),
    done: z.int().describe('events while it fills, else rows'),
    planned: z.int().describe('0: not known'),
    position: z.string().optional(),
    rows: z.int().optional(),
    differing: z.int().optional(),
    differences: z
      .array(
        z.object({
          table: z.string(),
          key: z.array(keyPart).readonly(),
          kind: z.enum(['missing', 'unexpected', 'different']),
          members: z.array(z.string()).readonly().optional(),
        }),
      )
      .readonly()
      .optional()
      .describe('the first hundred'),
    message: z.string().optional(),
  })
  .describe('Rebuild or verification of a read model');

export const readModelSchema = z
  .object({
    name: z.string(),
    version: z.int(),
    state: z.enum(['filling', 'catching-up', 'running', 'stopped']),
    position: z.string(),
    lagEvents: z.int(),
    lagSeconds: z.number(),
    rows: z.int().optional(),
    problem: z.string().optional(),
    task: taskSchema.optional(),
  })
  .describe('Read model');

const parkedMembers = {
  sequence: z.string(),
  stream: z.string(),
  revision: z.int(),
  type: z.string(),
  reason: z.string(),
};

export const parkedSchema = z.object(parkedMembers).describe('Parked event');

export const parkedDetailsSchema = z
  .object({
    ...parkedMembers,
    id: z.string(),
    time: time.optional(),
    version: z.int().optional(),
    correlationId: z.string().optional(),
    sha256: z.string(),
    members: z.record(z.string(), z.string()).describe('members of its data and their JSON types'),
    known: z.boolean().describe('this program knows it by now'),
  })
  .describe('Parked event in full, without what it says');

export const retrySchema = z
  .object({
    checked: z.int(),
    known: z.int(),
    tasks: z.array(taskSchema).readonly(),
    restart: z.boolean().describe('nodes have to be started again when the tasks are done'),
  })
  .describe('Retry of parked events');
