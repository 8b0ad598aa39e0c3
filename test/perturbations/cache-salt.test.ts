import { describe, expect, it } from 'vitest';
import type { Level } from '../../harness/schema/index.ts';
import { cacheSalt } from '../../perturbations/index.ts';
import {
  byteTokenizer,
  expand,
  generation,
  inputOf,
  promptTokens,
  sampleCases,
} from '../support/perturbation-sample.ts';

const cases = sampleCases(2);
const jobs = (options: object = {}) =>
  expand(cacheSalt, inputOf(cacheSalt, cases, options)).slice(0, levelCount(options));
const levelCount = (options: object): number => cacheSalt.cells(inputOf(cacheSalt, cases, options))[0].levels.length;
const jobOf = (id: string, options: object = {}) => jobs(options).find(({ level }) => level.id === id)!.job;
const levelOf = (id: string, options: object = {}): Level => jobs(options).find(({ level }) => level.id === id)!.level;
const told = (id: string, options: object = {}) =>
  jobOf(id, options).waves.map((wave) => wave.map(({ id: name, cacheSalt: salt, adapter }) => [name, salt, adapter]));

describe('cache-salt', () => {
  it('is a matrix of who asks and where the pages lie; the same salt owes equal bits, the others isolation', () => {
    const levels = jobs({ states: ['warm', 'disk'], askers: ['other-salt'] }).map(({ level }) => [
      level.id,
      level.promise,
    ]);
    expect(levels).toEqual([
      ['none', 'bit-equal'],
      ['same-salt.warm', 'bit-equal'],
      ['other-salt.warm', 'content-independent'],
      ['same-salt.disk', 'bit-equal'],
      ['other-salt.disk', 'content-independent'],
    ]);
  });

  it('lets the owner ask first and last, and somebody else between', () => {
    const rows = (salt: string, adapter?: string) => [
      [['case-0~owner', 'owner', undefined]],
      [['case-0', salt, adapter]],
      [['case-0~again', 'owner', undefined]],
    ];
    expect(told('same-salt.warm')).toEqual(rows('owner'));
    expect(told('other-salt.warm')).toEqual(rows('other'));
    expect(told('no-salt.warm')).toEqual(rows(''));
    expect(told('other-adapter.warm')).toEqual(rows('owner', 'other'));
    // joined without a mark, this adapter has the owner's keys
    expect(told('adapter-like-salt.warm')).toEqual(rows('', 'owner'));
    const [[owner], [asked], [again]] = jobOf('other-salt.warm').waves;
    expect(promptTokens(owner)).toEqual(promptTokens(asked));
    expect(promptTokens(again)).toEqual(promptTokens(asked));
  });

  it('has an owner of other content and equal length at the control', () => {
    const [[owner], [asked]] = jobOf('none').waves;
    expect(promptTokens(owner).length).toBe(promptTokens(asked).length);
    expect(promptTokens(owner)).not.toEqual(promptTokens(asked));
  });

  it('pushes pages out with prompts that share no salt, and has room for one request', () => {
    const { knobs, waves } = jobOf('other-salt.disk');
    const [asked] = waves.flat().filter(({ role }) => role === 'probe');
    const hotTokens = promptTokens(asked, byteTokenizer).length + generation.maxTokens;
    expect(knobs).toEqual({ hotTokens, warmTier: 'tight', coldTier: 'kept' });
    expect(jobOf('other-salt.host').knobs).toEqual({ hotTokens });
    const pushers = waves.flat().filter(({ id }) => id.includes('~pusher'));
    expect(pushers.length).toBe(6);
    expect(new Set(pushers.map((one) => one.cacheSalt)).size).toBe(6);
    expect(pushers.every((one) => promptTokens(one).length === promptTokens(asked).length)).toBe(true);
  });

  it('has a second turn that begins with the first, and an asker who has been there before', () => {
    const all = jobOf('other-salt.second-turn').waves.flat();
    expect(all.map(({ id }) => id)).toEqual([
      'case-0~first',
      'case-0~second',
      'case-0~before',
      'case-0',
      'case-0~again',
    ]);
    const [first, second, before, asked] = all.map((one) => promptTokens(one));
    expect(second.slice(0, first.length)).toEqual(first);
    expect(second.length).toBeGreaterThan(first.length);
    expect(asked).toEqual(second);
    expect(before).not.toEqual(asked);
    expect(all[2].cacheSalt).toBe(all[3].cacheSalt);
  });

  it('has a session for each request after a restart, over a cold tier that is kept', () => {
    const { knobs, sessions, waves } = jobOf('other-salt.restart');
    expect([knobs, sessions, waves.length]).toEqual([{ coldTier: 'kept' }, 'one-per-wave', 3]);
    expect(jobOf('other-salt.disk').sessions).toBe('one');
    expect(cacheSalt.owesCachedTokens?.(levelOf('other-salt.restart'), 'case-0~again')).toBe(true);
    expect(cacheSalt.owesCachedTokens?.(levelOf('other-salt.restart'), 'case-0')).toBe(false);
    expect(cacheSalt.owesCachedTokens?.(levelOf('other-salt.warm'), 'case-0~again')).toBe(false);
  });

  it('sends a crowd of unlike prompts', () => {
    const { waves } = jobOf('other-salt.crowd', { states: ['crowd'], crowd: 50, crowdTokens: 9 });
    const crowd = waves[2].map((one) => promptTokens(one));
    expect(crowd.map((tokens) => tokens.length)).toEqual(Array.from({ length: 50 }, () => 9));
    expect(new Set(crowd.map(String)).size).toBe(50);
  });

  it('owes no cached tokens to whoever is not the owner; the owner finds its own', () => {
    const owes = (level: string, id: string) => cacheSalt.owesNoCachedTokens?.(levelOf(level), id);
    expect(owes('other-salt.warm', 'case-0')).toBe(true);
    expect(owes('other-salt.warm', 'case-0~owner')).toBe(true);
    expect(owes('other-salt.warm', 'case-0~again')).toBe(false);
    expect(owes('other-salt.second-turn', 'case-0~second')).toBe(false);
    expect(owes('same-salt.warm', 'case-0')).toBe(false);
  });

  it('wants proof that prefixes are shared at all, that pages came back, and that what has no salt is not old', () => {
    const problem = (id: string, counters: Record<string, number>) => cacheSalt.evidenceProblem(levelOf(id), counters);
    expect(problem('none', {})).toBeNull();
    expect(problem('other-salt.warm', {})).toContain('does not report cachedTokens');
    expect(problem('other-salt.warm', { cachedTokens: 0 })).toContain('not applicable');
    expect(problem('other-salt.warm', { cachedTokens: 64 })).toBeNull();
    expect(problem('other-salt.host', { cachedTokens: 64, promotions: 0 })).toContain('promotions is 0');
    expect(problem('other-salt.disk', { cachedTokens: 64, restores: 0 })).toContain('restores is 0');
    expect(problem('other-salt.disk', { cachedTokens: 64, restores: 1 })).toBeNull();
    expect(problem('no-salt.warm', { cachedTokens: 64 })).toContain('emptyCaches');
    expect(problem('no-salt.warm', { cachedTokens: 64, emptyCaches: 1 })).toBeNull();
  });
});
