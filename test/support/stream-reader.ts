import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

const envelope = z.object({
  type: z.string(),
  subject: z.string(),
  stream: z.string(),
  revision: z.number(),
  sequence: z.string(),
  actor: z.object({ id: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
const hello = z.object({ session: z.string(), node: z.string(), resume: z.string(), after: z.string() });

export interface Block {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly raw: string;
}

interface Event extends Block {
  readonly envelope: z.output<typeof envelope>;
}

/** A stream read over a real socket: the blocks that came so far. */
export class StreamReader {
  readonly blocks: Block[] = [];
  readonly response: IncomingMessage;
  ended = false;
  /** Ended by a final chunk, not broken. */
  complete = false;
  readonly #events: Event[] = [];
  #rest = '';

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('end', () => (this.complete = response.complete));
    response.on('error', () => undefined);
    response.on('close', () => (this.ended = true));
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<StreamReader> {
    const outgoing = request(url, { headers, agent: false });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined);
    return new StreamReader(response);
  }

  get hello() {
    const block = this.blocks.find(({ event }) => event === 'hello');
    return block && { ...hello.parse(JSON.parse(block.data ?? '')), id: block.id };
  }

  get events(): readonly Event[] {
    return this.#events;
  }

  get texts(): unknown[] {
    return this.events.filter(({ event }) => event === 'MessagePosted').map((one) => one.envelope.data['text']);
  }

  get types(): (string | undefined)[] {
    return this.events.map(({ event }) => event);
  }

  get lastId(): string | undefined {
    return this.blocks.findLast(({ id }) => id !== undefined)?.id;
  }

  /** Only what came until now counts: what is still on its way is not taken any more. */
  close(): void {
    this.response.removeAllListeners('data');
    this.response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const raw of blocks) {
      const block = parse(raw);
      this.blocks.push(block);
      if (block.event === undefined || block.event === 'hello') continue;
      this.#events.push({ ...block, envelope: envelope.parse(JSON.parse(block.data ?? '')) });
    }
  }
}

function parse(raw: string): Block {
  const lines = raw.split('\n'); // no other line end ends a line here
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { id: field('id'), event: field('event'), data: field('data'), raw };
}
