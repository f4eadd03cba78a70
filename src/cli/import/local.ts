import { start } from '../../composition.js';
import type { Config } from '../../config/config.js';
import { CliFailure, EXIT } from '../exit.js';
import type { Injectable } from './inject-api.js';

export type Local =
  | { readonly kind: 'open'; readonly app: Injectable; readonly close: () => Promise<void> }
  /** Another process has the data folder, and answers at the configured address. */
  | { readonly kind: 'in-use' };

/** A node in this process that listens to nobody, on the configured data folder. */
export async function openLocal(config: Config): Promise<Local> {
  try {
    const { app, stop } = await start(config, { listen: false });
    const close = async () => {
      await stop();
    };
    return { kind: 'open', app, close };
  } catch (error) {
    if (await answers(config.node.url)) return { kind: 'in-use' };
    const why = error instanceof Error ? error.message : String(error);
    throw new CliFailure(`${why} If a server runs there, name it: --url.`, EXIT.cannotStart);
  }
}

const PATIENCE_MS = 2_000;

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/livez`, { signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
