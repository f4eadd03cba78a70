import { parentPort, workerData } from 'node:worker_threads';
import { openForWriting, reasonOf } from './database.js';
import { GroupCommit } from './group-commit.js';
import type { WriterData, WriterMessage, WriterReply } from './protocol.js';

const { folder, maxPages } = workerData as WriterData;
const port = parentPort;
if (!port) throw new Error('the log writer is a worker thread');
const reply = (message: WriterReply) => port.postMessage(message);

const database = openForWriting(folder, maxPages);
const commits = new GroupCommit(database);
reply({ kind: 'ready', head: commits.head });

port.on('message', (message: WriterMessage) => {
  if (message === 'end') {
    database.close();
    port.close();
    return;
  }
  try {
    reply({ kind: 'answers', answers: commits.commit(message) });
  } catch (error) {
    // A sync that failed once may say that all is well the next time: nothing of this file can be trusted from here on.
    reply({ kind: 'failed', reason: reasonOf(error) });
    port.close();
  }
});
