import { createHash } from 'node:crypto';
import { z } from 'zod';
import { foldName } from '../../domain/names.js';
import type { Api, ApiAnswer } from './api.js';

/** The server does not let the import do what it cannot go on without. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

const named = z.object({ id: z.string(), name: z.string() });
const page = z.object({ items: z.array(named), next: z.string().optional() });
const problem = z.object({ code: z.string(), detail: z.string() });

/** Code and detail of a problem, whatever came instead of one. */
export function problemIn({ status, json }: ApiAnswer): { readonly code: string; readonly detail: string } {
  const parsed = problem.safeParse(json);
  return parsed.success ? parsed.data : { code: 'no-problem', detail: `the answer ${status} holds no problem` };
}

export function categoryFor(api: Api, name: string): Promise<string> {
  return foundOrMade(api, '/v1/categories', { name }, '/v1/categories?limit=500', name);
}

/** An open room: whoever may read imported logs at all may read them all. */
export function roomFor(api: Api, categoryId: string, name: string): Promise<string> {
  const list = `/v1/rooms?category=${encodeURIComponent(categoryId)}&limit=500`;
  return foundOrMade(api, '/v1/rooms', { name, categoryId, privacy: 'open' }, list, name);
}

/** One made by an earlier import or by somebody else is as good, also where names may be used twice. */
async function foundOrMade(api: Api, path: string, body: object, list: string, name: string): Promise<string> {
  return (await find(api, list, name)) ?? made(api, path, body, list, name);
}

/** Looks for it again where somebody else made it meanwhile. */
async function made(api: Api, path: string, body: object, list: string, name: string): Promise<string> {
  const key = `irc1-${createHash('sha256')
    .update(JSON.stringify([path, body]))
    .digest('base64url')}`;
  const answer = await api.request({ method: 'POST', path, as: 'admin', body, key });
  const created = named.safeParse(answer.json);
  if (answer.status === 201 && created.success) return created.data.id;
  const found = [409, 422].includes(answer.status) ? await find(api, list, name) : undefined;
  if (found !== undefined) return found;
  const { code, detail } = problemIn(answer);
  throw new ImportRefused(
    `The server does not make ${path.replace('/v1/', '')} ${name}: ${answer.status} ${code}, ${detail}`,
  );
}

async function find(api: Api, list: string, name: string): Promise<string | undefined> {
  const wanted = foldName(name.trim());
  const [route = ''] = list.split('?');
  for (let path = list; ;) {
    const answer = await api.request({ method: 'GET', path, as: 'admin' });
    const parsed = page.safeParse(answer.json);
    if (!parsed.success) return undefined;
    const found = parsed.data.items.find((item) => foldName(item.name) === wanted);
    if (found) return found.id;
    if (parsed.data.next === undefined) return undefined;
    path = `${route}?cursor=${encodeURIComponent(parsed.data.next)}`;
  }
}
