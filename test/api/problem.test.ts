import { expect, it } from 'vitest';
import { isProblemCode, Problem, problemBody, problemOf } from '../../src/api/problem.js';
import { REJECTIONS } from '../../src/domain/rejections.js';
import { STATUSES } from '../support/refused.js';

const codes = Object.keys(STATUSES).filter(isProblemCode);

it.each(codes)('%s has the status of the contract and a title', (code) => {
  const problem = new Problem(code, 'because');
  expect(problem.status).toBe(STATUSES[code]);
  expect(problemBody(problem, 'r1')).toEqual({
    type: `urn:hansard:problem:${code}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status: STATUSES[code],
    code,
    detail: 'because',
    requestId: 'r1',
  });
});

it('every code of the contract is known', () => {
  expect(codes).toEqual(Object.keys(STATUSES));
});

it('a problem says where, when it knows', () => {
  const errors = [{ path: '/name', message: 'is missing' }];
  expect(problemBody(new Problem('invalid-request', 'x', { errors }), 'r1')).toMatchObject({ errors });
});

it('every refusal that a client can cause has a status of its own', () => {
  const ofTheWorker = ['window-range', 'window-not-found', 'window-differs'];
  for (const code of Object.keys(REJECTIONS).filter((one) => !ofTheWorker.includes(one))) {
    const problem = problemOf({ kind: 'rejected', code, detail: 'x' });
    expect(problem.code).toBe(code);
    expect(problem.status).toBeLessThan(500);
  }
  expect(problemOf({ kind: 'rejected', code: 'nobody-wrote-this', detail: 'x' }).code).toBe('internal-error');
});
