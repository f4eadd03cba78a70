import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ApiNode } from '../../support/api-node.js';

/** What only a real connection can do wrong. */
export function connectionRules(node: ApiNode): void {
  /** Everything that the server sends until it closes the connection. */
  async function answered(socket: Socket): Promise<string> {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return text;
  }

  async function send(request: string): Promise<string> {
    const socket = connect(await node.listen(), '127.0.0.1');
    socket.write(request);
    return answered(socket);
  }

  function expectProblem(answer: string, status: number, code: string): void {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    const problem = JSON.parse(body) as { readonly requestId: string };
    expect(problem).toMatchObject({ status, code, type: `urn:hansard:problem:${code}` });
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
  }

  describe('a connection', () => {
    it('that brings no HTTP is refused with a problem', async () => {
      for (const request of [
        'GARBAGE\r\n\r\n',
        'GET / HTTP/9.9\r\n\r\n',
        'GET /livez HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n',
        'POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ])
        expectProblem(await send(request), 400, 'invalid-request');
    });

    it('whose headers are too large is refused with a problem', async () => {
      expectProblem(
        await send(`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
        431,
        'headers-too-large',
      );
    });

    it('that says too much or too little of its body gets an answer, and the next request is not taken from the rest', async () => {
      const head =
        'POST /v1/categories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-root+admin\r\nContent-Type: application/json\r\n';
      const smuggled = await send(
        `${head}Content-Length: 2\r\n\r\n{}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(smuggled.split('\r\n')[0]).toContain('400');
      const huge = await send(`${head}Content-Length: 99999999\r\n\r\n`);
      expectProblem(huge, 413, 'body-too-large');
    });

    it('that dribbles its headers or its body is cut off with a problem', async () => {
      const port = await node.listen();
      const { server } = node.app;
      const { headersTimeout, requestTimeout } = server;
      expect([headersTimeout, requestTimeout]).toEqual([10_000, 30_000]);
      Object.assign(server, { headersTimeout: 300, requestTimeout: 600 });
      try {
        const dribble = (start: string) => {
          const socket = connect(port, '127.0.0.1');
          socket.write(start);
          const drops = setInterval(() => socket.writable && socket.write('x'), 50);
          return answered(socket).finally(() => clearInterval(drops));
        };
        const [headers, body] = await Promise.all([
          dribble('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: '),
          dribble(
            'POST /v1/categories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-root+admin\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"name":"',
          ),
        ]);
        expectProblem(headers, 408, 'request-timeout');
        expectProblem(body, 408, 'request-timeout');
      } finally {
        Object.assign(server, { headersTimeout, requestTimeout });
      }
    });

    it('that asks for the head of a stream is not answered with its body', async () => {
      const answer = await send(
        'HEAD /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-ada\r\nConnection: close\r\n\r\n',
      );
      expect(answer).toMatch(/^HTTP\/1.1 404 /);
      expect(answer.split('\r\n\r\n')[1]).toBe('');
    });

    it('that brings its request while the node stops is told to ask again elsewhere', async () => {
      const socket = connect(await node.listen(), '127.0.0.1');
      const answer = answered(socket);
      socket.write('GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-ada\r\n');
      await expect.poll(() => connectionsOf(node)).toBe(1);
      const { server } = node.app;
      const stopped = node.hansard.stop();
      await expect.poll(() => server.listening).toBe(false);
      socket.write('\r\n');
      expectProblem(await answer, 503, 'shutting-down');
      expect(await stopped).toBe(true);
      await node.start();
    });
  });
}

function connectionsOf(node: ApiNode): Promise<number> {
  return new Promise((resolve, reject) =>
    node.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
