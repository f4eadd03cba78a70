import { parentPort } from 'node:worker_threads';
import type { Answer, Message } from './protocol.js';

/** The worker's side of the channel: one message of answers for one message of requests. */
export function serveRequests<Request>(
  answerAll: (requests: readonly Request[], answer: (request: Request) => Answer) => readonly Answer[],
  answer: (request: Request) => string,
  close: () => void,
): void {
  const port = parentPort;
  if (!port) throw new Error('runs in a worker thread only');
  const guarded = (request: Request): Answer => {
    try {
      return answer(request);
    } catch (error) {
      return error instanceof Error
        ? { failed: error.name, reason: error.message }
        : { failed: 'Error', reason: String(error) };
    }
  };
  port.on('message', (message: Message<Request>) => {
    if (message !== 'end') port.postMessage(answerAll(message, guarded));
    else {
      close();
      port.close();
    }
  });
  port.postMessage('ready');
}
