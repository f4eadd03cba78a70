import { connect, type Socket } from 'node:net';
import { until } from '../support/until.js';

/** A connection on which anything at all can be said. */
export class RawSocket {
  readonly socket: Socket;
  received = '';
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => (this.received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static open(port: number): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawSocket(socket)));
      socket.on('error', reject);
    });
  }

  send(bytes: string | Buffer): void {
    if (!this.closed) this.socket.write(bytes);
  }

  /** Byte by byte, until all was said or the other side has had enough. */
  dribble(bytes: string): void {
    const left = bytes.split('');
    const timer = setInterval(() => {
      const next = left.shift();
      if (next === undefined || this.closed) clearInterval(timer);
      else this.send(next);
    }, 200);
    this.socket.on('close', () => clearInterval(timer));
  }

  /** Until the other side has closed the connection. */
  async end(what: string): Promise<void> {
    await until(
      () => this.closed,
      () => `the server to close ${what}; it answered: ${this.received}`,
      { withinMs: 90_000 },
    );
  }

  /** Status of each answer that came so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** The body of the last answer. */
  get body(): unknown {
    return JSON.parse(this.received.slice(this.received.lastIndexOf('\r\n\r\n'))) as unknown;
  }
}
