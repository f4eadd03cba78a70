import { expect, it } from 'vitest';
import { apiNode } from '../support/api-node.js';

const node = apiNode();

it('a reader who follows is answered at once, though nothing has happened yet', async () => {
  const port = await node.listen();
  const reading = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/events?follow=true`, {
    headers: { authorization: 'Bearer dev-nobody-posts' },
    signal: reading.signal,
  });
  expect([answer.status, answer.headers.get('content-type')]).toStrictEqual([200, 'application/x-ndjson']);
  reading.abort();
});
