import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';
import type { LevelJob, TimingArm, TimingAsker } from '../../../harness/schema/index.ts';
import { timingJob, timingTrials } from '../../../suites/cache-timing/index.ts';
import { settingsOf, tokenizer } from '../../support/cache-timing.ts';

const trialsOf = (change: object, seed = 'order') => timingTrials(settingsOf(change), createRng(seed));

describe('the order of a timing audit', () => {
  it('has every asker with a hit and a miss in each pair, the owner among them', () => {
    const trials = trialsOf({ perArm: 20, askers: ['other-salt', 'no-salt'] });
    expect(trials).toHaveLength(20 * 3 * 2);
    expect(trials.map(({ trial }) => trial)).toEqual(Array.from({ length: 120 }, (_, at) => at));
    for (let pair = 0; pair < 20; pair++) {
      const own = trials.slice(6 * pair, 6 * pair + 6);
      expect(own.every((one) => one.pair === pair)).toBe(true);
      expect(new Set(own.map(({ asker, arm }) => `${asker} ${arm}`)).size).toBe(6);
    }
  });

  it('is drawn: no arm always comes first, and another seed has another order', () => {
    const firsts = trialsOf({ perArm: 40 }).filter(({ trial }) => trial % 4 === 0);
    const byKind = new Map<string, number>();
    for (const { asker, arm } of firsts) byKind.set(`${asker} ${arm}`, (byKind.get(`${asker} ${arm}`) ?? 0) + 1);
    expect(byKind.size).toBe(4);
    expect(trialsOf({ perArm: 8 }, 'one')).not.toEqual(trialsOf({ perArm: 8 }, 'two'));
    expect(trialsOf({ perArm: 8 }, 'one')).toEqual(trialsOf({ perArm: 8 }, 'one'));
  });
});

const jobOf = (asker: TimingAsker, arm: TimingArm, change: object = {}, lengthUnit: 'tokens' | 'words' = 'tokens') =>
  timingJob({
    trial: { trial: 7, pair: 3, asker, arm },
    settings: settingsOf({ promptLength: 100, ...change }),
    lengthUnit,
    tokenizer,
    rng: createRng('prompts'),
  });

const placeOf = (job: LevelJob): number => job.waves.at(-1)!.findIndex(({ role }) => role === 'probe');

const promptsOf = ({ waves }: LevelJob) =>
  waves.flat().map(({ prompt }) => (prompt.kind === 'tokens' ? [...prompt.tokenIds] : prompt.text.split(' ')));

function common(a: readonly unknown[], b: readonly unknown[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? a.length : at;
}

describe('the requests of a trial', () => {
  it('send the timed one among dummies of the same salt, that nobody has sent, at one place for hit and miss of a pair', () => {
    const [hit, miss] = (['hit', 'miss'] as const).map((arm) => jobOf('other-salt', arm, { dummies: 5 }));
    expect(hit.waves.map((wave) => wave.length)).toEqual([1, 6]);
    expect(new Set(hit.waves[1].map(({ cacheSalt }) => cacheSalt))).toEqual(new Set(['other']));
    expect(hit.waves[1].filter(({ role }) => role === 'probe').map(({ id }) => id)).toEqual(['timed']);
    expect(placeOf(hit)).toBe(placeOf(miss));
    const [owner, ...sent] = promptsOf(hit);
    sent.forEach((prompt, at) => {
      expect(prompt).toHaveLength(100);
      // letters that are equal by chance, and the separators between them
      if (at !== placeOf(hit)) expect(common(prompt, owner)).toBeLessThan(20);
    });
    const places = Array.from({ length: 60 }, (_, pair) =>
      placeOf(
        timingJob({
          trial: { trial: pair, pair, asker: 'same-salt', arm: 'hit' },
          settings: settingsOf({ promptLength: 100, dummies: 5 }),
          lengthUnit: 'tokens',
          tokenizer,
          rng: createRng('prompts'),
        }),
      ),
    );
    expect(new Set(places)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it('send the owner’s prompt first, as often as asked for, and then one request that is timed', () => {
    const job = jobOf('other-salt', 'hit', { ownerRequests: 3 });
    expect(job.waves.map((wave) => wave.map(({ role, cacheSalt }) => `${role} ${cacheSalt}`))).toEqual([
      ['mate owner'],
      ['mate owner'],
      ['mate owner'],
      ['probe other'],
    ]);
    expect(job.requestRetry).toBe('forbidden');
    expect(job.waves.flat().every(({ maxTokens }) => maxTokens === 1)).toBe(true);
  });

  it.each([
    ['same-salt', 'owner'],
    ['other-salt', 'other'],
    ['no-salt', ''],
  ] as const)('send %s as its own salt', (asker, salt) => {
    expect(jobOf(asker, 'hit').waves[1][0].cacheSalt).toBe(salt);
  });

  it.each(['tokens', 'words'] as const)(
    'share the asked part of the prompt at a hit and nothing at a miss, in %s',
    (unit) => {
      const [owner, hit] = promptsOf(jobOf('other-salt', 'hit', {}, unit));
      expect(owner).toHaveLength(100);
      expect(hit).toHaveLength(100);
      expect(common(owner, hit)).toBeGreaterThanOrEqual(95);
      expect(hit).not.toEqual(owner);
      const [before, miss] = promptsOf(jobOf('other-salt', 'miss', {}, unit));
      expect(miss).toHaveLength(100);
      // what is sent before a miss is what is sent before a hit
      expect(before).toEqual(owner);
      expect(common(owner, miss)).toBeLessThan(5);
    },
  );

  it('share all of it where the whole prompt is asked for', () => {
    const [owner, hit] = promptsOf(jobOf('other-salt', 'hit', { prefixShare: 1 }));
    expect(hit).toEqual(owner);
  });
});
