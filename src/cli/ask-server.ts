import { CliFailure, EXIT } from './exit.js';

export interface Asking {
  readonly method?: 'GET' | 'POST';
  readonly token: string;
}

/** What a running server answers; what it refuses, and that none is there, ends the program with a sentence. */
export async function askServer(server: string, path: string, { method = 'GET', token }: Asking): Promise<string> {
  if (!URL.canParse(path, server))
    throw new CliFailure(`${server} is no address; e.g. http://127.0.0.1:8080.`, EXIT.usage);
  const answer = await fetch(new URL(path, server), { method, headers: { authorization: `Bearer ${token}` } }).catch(
    (error: unknown) => {
      throw new CliFailure(`No server answers at ${server}: start it, or name it with --url.`, EXIT.failed, error);
    },
  );
  const text = await answer.text();
  if (!answer.ok) throw new CliFailure(`${server} answered ${answer.status}: ${detailIn(text)}`);
  return text;
}

/** Of a problem; anything else as it is. */
function detailIn(text: string): string {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // no JSON
  }
  return text;
}
