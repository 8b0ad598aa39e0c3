import { describe, expect, it } from 'vitest';
import type { RequestObservation } from '../../../harness/schema/index.ts';
import { cacheSalt } from '../../../perturbations/index.ts';
import { ownPrefixes, sharedPrefixes } from '../../../suites/leakage/shared-prefix.ts';
import { createShelf } from '../../support/observations.ts';
import { runPerturbation, told } from '../../support/perturbation-run.ts';

const shelf = createShelf();
const level = { id: 'other', axis: 'a', label: '', reference: 'none', promise: 'content-independent' } as const;
const owing = { owesNoCachedTokens: (_level: unknown, id: string) => id !== 'owner' };
const requests = (...all: readonly (readonly [string, number | undefined])[]): RequestObservation[] =>
  all.map(([id, cachedTokens]) => ({
    ...shelf.request({ id }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  }));
const found = (all: RequestObservation[]) =>
  sharedPrefixes({ level, observed: { levelId: 'other', requests: all, counters: {} } }, owing);

describe('shared prefixes', () => {
  it('are requests that got tokens which only others have sent', () => {
    expect(found(requests(['owner', 64], ['a', 0], ['b', 64], ['c', undefined]))).toMatchObject({
      requests: 2,
      shared: [{ requestId: 'b' }],
      cachedTokens: 64,
      unknown: 1,
    });
  });

  it('are nothing where nothing is owed', () => {
    expect(found(requests(['owner', 64]))).toBeNull();
    expect(sharedPrefixes({ level, observed: { levelId: 'x', requests: [], counters: {} } }, {})).toBeNull();
  });

  it('have an owner that must find its own: told and found are counted, and an untold one is neither', () => {
    const owes = { owesCachedTokens: (_level: unknown, id: string) => id !== 'other' };
    const observed = {
      levelId: 'other',
      requests: requests(['other', 0], ['a', 0], ['b', 64], ['c', undefined]),
      counters: {},
    };
    expect(ownPrefixes({ level, observed }, owes)).toEqual({ requests: 2, found: 1 });
    expect(ownPrefixes({ level, observed }, {})).toBeNull();
  });

  it('do not occur after a restart, and the owner finds its own', async () => {
    const { leakage } = await runPerturbation(cacheSalt, { states: ['restart'], askers: ['other-salt', 'no-salt'] });
    for (const row of leakage)
      expect(row).toMatchObject({
        contentDependent: { equal: 1, n: 1 },
        sharedPrefix: { requests: 2, shared: 0 },
        ownPrefix: { requests: 1, found: 1 },
        evidenceProblem: null,
      });
    expect(leakage).toHaveLength(2);
  }, 60_000);

  it('do not occur under another salt, none, or another adapter, in any tier, with proof that the owner hits', async () => {
    const run = await runPerturbation(cacheSalt, { states: ['warm', 'disk'] });
    expect(told(run)).toEqual([
      ['same-salt.warm', '1/1', '1/1', null],
      ['same-salt.disk', '1/1', '1/1', null],
      ['other-salt.warm', '1/1', '0/2', null],
      ['no-salt.warm', '1/1', '0/2', null],
      ['other-adapter.warm', '1/1', '0/2', null],
      ['adapter-like-salt.warm', '1/1', '0/2', null],
      ['other-salt.disk', '1/1', '0/8', null],
      ['no-salt.disk', '1/1', '0/8', null],
      ['other-adapter.disk', '1/1', '0/8', null],
      ['adapter-like-salt.disk', '1/1', '0/8', null],
    ]);
  }, 60_000);

  it('positive control: are found when the key leaves the salt out, though every bit is the same', async () => {
    const { leakage } = await runPerturbation(
      cacheSalt,
      { states: ['warm'], askers: ['other-salt', 'other-adapter'] },
      { fault: 'salt-ignored' },
    );
    const [salt, adapter] = leakage;
    expect(salt).toMatchObject({ contentDependent: { equal: 0, n: 1 }, tokenDependent: 0, evidenceProblem: null });
    expect(salt.sharedPrefix).toMatchObject({ requests: 2, shared: 1 });
    expect(salt.sharedPrefix?.cachedTokens).toBeGreaterThan(0);
    expect(adapter).toMatchObject({ contentDependent: { equal: 1, n: 1 }, sharedPrefix: { shared: 0 } });
  }, 60_000);

  it('positive control: are found in a crowd when keys are short and believed', async () => {
    const options = { states: ['crowd'], askers: ['other-salt'], crowd: 60 };
    const [clean] = (await runPerturbation(cacheSalt, options)).leakage;
    expect(clean).toMatchObject({ sharedPrefix: { requests: 62, shared: 0 }, evidenceProblem: null });
    const [short] = (await runPerturbation(cacheSalt, options, { fault: 'key-of-8-bits' })).leakage;
    expect(short.sharedPrefix?.shared).toBeGreaterThan(0);
  }, 60_000);
});
