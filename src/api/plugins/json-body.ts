import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { Problem } from '../problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes; empty when there is none. */
    rawBody: Buffer;
  }
}

const NOTHING = Buffer.alloc(0);

/** Reads JSON and nothing else: UTF-8 is checked, not repaired; `__proto__` and `constructor.prototype` are refused. */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('rawBody');
  app.addHook('onRequest', (request, _reply, done) => {
    request.rawBody = NOTHING;
    done();
  });
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (encoding !== undefined && encoding !== 'identity') done(unsupported('without a Content-Encoding'));
    else if (charset !== undefined && !/^utf-?8$/i.test(charset)) done(unsupported('in UTF-8'));
    else done(null, payload);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    request.rawBody = bytes;
    try {
      done(null, parse(bytes));
    } catch (error) {
      done(error instanceof Problem ? error : new Problem('invalid-request', 'The body is not valid JSON.'));
    }
  });
}

function unsupported(how: string): Problem {
  return new Problem('unsupported-media-type', `Send the body ${how}.`);
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new Problem('invalid-request', 'The body is not valid UTF-8.');
  return secureJson.parse(bytes.toString('utf8'), { protoAction: 'error', constructorAction: 'error' });
}
