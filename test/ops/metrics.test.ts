import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiNode } from '../support/api-node.js';

const DASHBOARD = 'ops/grafana/hansard.json';
const ALERTS = 'ops/prometheus/alerts.yml';

describe('metrics', () => {
  const node = apiNode();
  let text = '';
  let samples: ReadonlySet<string>;

  beforeAll(async () => {
    const room = await node.room({ privacy: 'open' });
    await node.as('mona').post(`/v1/rooms/${room}/join`, {});
    await node.as('mona').post(`/v1/rooms/${room}/messages`, { text: 'order' });
    await node.as('mona').get('/v1/rooms/unknown');
    text = (await node.with().get('/metrics')).text;
    samples = new Set(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => /^[a-zA-Z0-9_:]+/.exec(line)?.[0] ?? ''),
    );
  });

  it.each([DASHBOARD, ALERTS])('every metric that %s names is one that a node gives', (file) => {
    const named = new Set(readFileSync(file, 'utf8').match(/\bhansard_[a-z0-9_]+/g));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !samples.has(name))).toEqual([]);
  });

  it('every label that a query names is one that the metric has', () => {
    for (const file of [DASHBOARD, ALERTS]) {
      const queries = readFileSync(file, 'utf8').replaceAll('\\"', '"');
      for (const [, name = '', labels = ''] of queries.matchAll(/\b(hansard_[a-z0-9_]+)\{([^}]*)\}/g)) {
        const given = labels.matchAll(/([a-z_]+)\s*(?:=~|!=|!~|=)/g);
        for (const [, label = ''] of given) {
          if (label === 'instance') continue; // Prometheus gives it
          expect(text, `${name} in ${file}`).toMatch(new RegExp(`^${name}\\{[^}]*${label}="`, 'm'));
        }
      }
    }
  });

  it('no label holds a room or a user', () => {
    const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map(([, label]) => label));
    expect([...labels].filter((label) => !KNOWN.has(label ?? ''))).toEqual([]);
    expect(text).not.toContain('mona');
  });

  it('appends are counted by outcome, timed, and gathered in groups', () => {
    expect(text).toMatch(/^hansard_appends_total\{outcome="committed"\} [1-9]/m);
    expect(text).toMatch(/^hansard_append_duration_seconds_count [1-9]/m);
    expect(text).toMatch(/^hansard_append_group_size_count [1-9]/m);
  });

  it.skipIf(!present('promtool'))('promtool finds nothing wrong with metrics and rules', () => {
    expect(spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0 });
    expect(spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' })).toMatchObject({ status: 0 });
  });

  it('the dashboard has a title and a query in every panel, each with an id of its own', () => {
    interface Panel {
      readonly id: number;
      readonly title: string;
      readonly targets: readonly { readonly expr: string }[];
    }
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { readonly panels: readonly Panel[] };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, targets } of panels) {
      expect(title).not.toBe('');
      for (const { expr } of targets) expect(expr, title).toMatch(/hansard_/);
    }
  });
});

const KNOWN: ReadonlySet<string> = new Set(
  'method route status le outcome read_model adapter folder version type kind space name quantile major minor patch'.split(
    ' ',
  ),
);

function present(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}
