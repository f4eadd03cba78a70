import { describe, it } from 'vitest';
import type { ArchiveFact } from '../../src/domain/archive/archive.js';
import { archiveDecider, type Publish, type Seal } from '../../src/domain/archive/decide.js';
import { specification } from '../support/decider-specification.js';

const { given } = specification(archiveDecider);

const at = (minute: number) => `2026-11-23T14:${String(minute).padStart(2, '0')}:00.000Z`;
const seal: Seal = { type: 'Seal', adapter: 'xml', to: 100, at: at(15), profile: 'full', software: '1.0.0' };
const hash = (digit: string) => digit.repeat(64);

function sealed(data: Partial<Extract<ArchiveFact, { type: 'WindowSealed' }>['data']> = {}): ArchiveFact {
  const range = { from: 0, to: 100, fromTime: at(15), toTime: at(15) };
  return {
    type: 'WindowSealed',
    data: { adapter: 'xml', number: 1, ...range, profile: 'full', software: '1.0.0', ...data },
  };
}
function publish(number: number, manifestSha256 = hash('a')): Publish {
  return { type: 'Publish', number, folder: `xml/${number}`, manifestSha256, events: 7 };
}
function published(number: number, manifestSha256 = hash('a')): ArchiveFact {
  return {
    type: 'WindowPublished',
    data: { adapter: 'xml', number, folder: `xml/${number}`, manifestSha256, events: 7 },
  };
}
function collected(number: number): ArchiveFact {
  return { type: 'WindowCollected', data: { adapter: 'xml', number } };
}
const second = sealed({ number: 2, from: 100, to: 250, previousManifestSha256: hash('a') });

describe('sealing', () => {
  it('begins at the beginning of the log, and of time as told', () => {
    given([]).when(seal).then([sealed()]);
    given([])
      .when({ ...seal, since: at(0) })
      .then([sealed({ fromTime: at(0) })]);
  });

  it('goes on where and when the window before ended, chained by its manifest', () => {
    given([sealed(), published(1, hash('b'))])
      .when({ ...seal, to: 250, at: at(30), since: at(0), profile: 'strict', software: '1.1.0' })
      .then([
        sealed({
          number: 2,
          from: 100,
          to: 250,
          fromTime: at(15),
          toTime: at(30),
          previousManifestSha256: hash('b'),
          profile: 'strict',
          software: '1.1.0',
        }),
      ]);
  });

  it('seals an empty window: silence is an alarm', () => {
    given([sealed(), published(1)])
      .when({ ...seal, to: 100, at: at(30) })
      .then([sealed({ number: 2, from: 100, to: 100, toTime: at(30), previousManifestSha256: hash('a') })]);
  });

  it('waits for the window before', () => {
    given([sealed()])
      .when({ ...seal, to: 250 })
      .then('window-open');
    given([sealed(), published(1), second])
      .when({ ...seal, to: 300 })
      .then('window-open');
  });

  it('goes neither back in the log nor back in time', () => {
    given([sealed(), published(1)])
      .when({ ...seal, to: 99 })
      .then('window-range');
    given([sealed(), published(1)])
      .when({ ...seal, to: 101, at: at(3) })
      .then([sealed({ number: 2, from: 100, to: 101, previousManifestSha256: hash('a') })]);
  });
});

describe('publishing', () => {
  it('happens once for each window; who comes second with the same bytes has succeeded', () => {
    given([sealed()])
      .when(publish(1))
      .then([published(1)]);
    given([sealed(), published(1)])
      .when(publish(1))
      .then([]);
    given([sealed(), published(1), second])
      .when(publish(1))
      .then([]);
  });

  it('never takes other bytes for a window', () => {
    given([sealed(), published(1, hash('a'))])
      .when(publish(1, hash('b')))
      .then('window-differs');
  });

  it('is for the very window that is open', () => {
    given([sealed(), published(1), second, published(1)])
      .when({ ...seal, to: 300 })
      .then('window-open');
  });

  it('needs the window to be sealed', () => {
    given([]).when(publish(1)).then('window-not-found');
    given([sealed()]).when(publish(2)).then('window-not-found');
    given([sealed()]).when(publish(0)).then('window-not-found');
  });
});

describe('collecting', () => {
  const three = [sealed(), published(1), second, published(2), sealed({ number: 3, from: 250, to: 300 }), published(3)];

  it('happens once for each published window, in any order', () => {
    given(three)
      .when({ type: 'Collect', number: 2 })
      .then([collected(2)]);
    given([...three, collected(2)])
      .when({ type: 'Collect', number: 2 })
      .then([]);
    given([...three, collected(2)])
      .when({ type: 'Collect', number: 1 })
      .then([collected(1)]);
    given([...three, collected(2), collected(1)])
      .when({ type: 'Collect', number: 2 })
      .then([]);
    given([...three, collected(2), collected(1)])
      .when({ type: 'Collect', number: 3 })
      .then([collected(3)]);
  });

  it('is remembered behind the windows that follow', () => {
    given([sealed(), published(1), collected(1), second])
      .when({ type: 'Collect', number: 1 })
      .then([]);
  });

  it('needs the window to be published', () => {
    given([]).when({ type: 'Collect', number: 1 }).then('window-not-found');
    given([sealed()]).when({ type: 'Collect', number: 1 }).then('window-not-found');
    given([sealed(), published(1), second])
      .when({ type: 'Collect', number: 2 })
      .then('window-not-found');
    given(three).when({ type: 'Collect', number: 4 }).then('window-not-found');
    given(three).when({ type: 'Collect', number: 0 }).then('window-not-found');
  });
});
