import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config/config.js';

const SECRET = ['authorization', 'cookie', 'token', 'ticket', 'key', 'password', 'tokenKey', 'idempotencyKey'];
/** What people said belongs to the record, not to the logs. */
const SAID = ['text', 'html', 'title', 'body', 'rawBody', 'payload'];
const REDACTED = [...SECRET, ...SAID].flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

export type { Logger };

/** Structured logs, to stderr: stdout is data. Never tokens, never what was written. One child for each subsystem. */
export function makeLogger({ log, node }: Pick<Config, 'log' | 'node'>, sink: DestinationStream): Logger {
  return pino(
    {
      level: log.level,
      base: { node: node.id },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[not logged]' },
    },
    sink,
  );
}

/** For reading along on a terminal in development; JSON everywhere else. */
export async function standardSink({ mode }: Pick<Config, 'mode'>): Promise<DestinationStream> {
  if (mode !== 'development' || !process.stderr.isTTY) return destination({ fd: 2, sync: true });
  const { build } = await import('pino-pretty');
  return build({ destination: 2, sync: true, ignore: 'pid,hostname,node', translateTime: 'SYS:HH:MM:ss.l' });
}
