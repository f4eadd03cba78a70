import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { chunkOf } from '../../src/api/live/frame.js';
import { caller, LiveNode } from '../../test/support/live-node.js';

/** What the measuring process asks of a server, and what it is told. */
export type ServerQuestion =
  | { readonly kind: 'post'; readonly count: number }
  /** Memory means something after a collection, CPU time only without one. */
  | { readonly kind: 'usage'; readonly collected: boolean }
  | { readonly kind: 'stop' };
export type ServerAnswer =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'usage';
      readonly cpuMicros: number;
      /** Without the free part of the heap, which new readers would fill unnoticed. */
      readonly resident: number;
      readonly heap: number;
      readonly writes: number;
    };

const TEXT = 'x'.repeat(200);

/** A server of streams whose paths are `/<user>`; every post goes to all of them. */
interface Live {
  readonly server: Server;
  readonly post: () => void;
  readonly writes: () => number;
}

/** Hansard's live side on a log in memory: append, subscription, directory, rights, frames, coalescing, sessions. */
async function hansard(readers: number): Promise<Live> {
  const node = new LiveNode({ watched: true, streams: { heartbeatMs: 1e9 }, presence: { sweepMs: 1e9 } });
  await node.start();
  const room = await node.room();
  for (let n = 0; n < readers; n += 1) await node.join(`u${n}`, room);
  const server = createServer((request, response) => {
    node.opening(response, caller(String(request.url).slice(1)), undefined);
  });
  return { server, post: () => void node.post(room, TEXT), writes: () => node.hub.counters.writes };
}

/** As little as Node can do: one chunk, framed once, written to every socket. */
function bare(): Live {
  const sockets = new Set<Socket>();
  let writes = 0;
  const listener: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
    response.flushHeaders();
    const { socket } = response;
    if (!socket) return;
    socket.write(chunkOf([Buffer.from('event: hello\ndata: {}\n\n')]));
    sockets.add(socket);
    response.on('close', () => sockets.delete(socket));
  };
  const post = () => {
    const chunk = chunkOf([Buffer.from(`id: ${'i'.repeat(22)}\nevent: MessagePosted\ndata: ${'x'.repeat(670)}\n\n`)]);
    for (const socket of sockets) socket.write(chunk);
    writes += sockets.size;
  };
  return { server: createServer(listener), post, writes: () => writes };
}

function answer(message: ServerAnswer): void {
  process.send?.(message);
}

async function serve(kind: string, readers: number): Promise<void> {
  const { server, post, writes } = kind === 'hansard' ? await hansard(readers) : bare();
  process.on('message', (question: ServerQuestion) => {
    if (question.kind === 'post') for (let n = 0; n < question.count; n += 1) post();
    else if (question.kind === 'stop') process.disconnect();
    else {
      if (question.collected) globalThis.gc?.();
      const { user, system } = process.cpuUsage();
      const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
      const resident = rss - (heapTotal - heapUsed);
      answer({ kind: 'usage', cpuMicros: user + system, resident, heap: heapUsed + external, writes: writes() });
    }
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', 16_384);
  await once(server, 'listening');
  answer({ kind: 'listening', port: (server.address() as AddressInfo).port });
}

await serve(process.argv[2] ?? '', Number(process.argv[3]));
