/**
 * Checks of the timing audit, each of one asker against the owner's own row.
 *
 * FAIL needs only the asker's own hits to be sooner. PASS needs three things: the owner's hits are sooner (else a cache that is off would
 * pass), the asker's are not, and equally long is shown. Times that decide neither are inconclusive.
 * @module
 */
import type { CacheTimingFindings, CacheTimingPolicy, CacheTimingRow } from '../../schema/index.ts';
import { aucEquivalenceSampleSize, log } from '../../statistics/index.ts';
import type { Draft, Judgement } from '../families.ts';
import { short } from '../words.ts';

const METRIC = 'cache timing';
const AXIS = 'cache-timing';
/** Of the equivalence test, for the number of times that would be needed. */
const POWER = 0.8;

const TIME_WORDS = {
  sooner: 'sooner',
  equal: 'equally long',
  silent: 'the cache is off, or the times are too noisy',
};
/** Of places among dummies. */
const PLACE_WORDS: typeof TIME_WORDS = {
  sooner: 'earlier in the order of answers',
  equal: 'in the same order',
  silent: 'the cache is off, or no order shows it',
};

/** Nothing when no audit was asked for. */
export function cacheTimingDrafts(findings: CacheTimingFindings | undefined, policy: CacheTimingPolicy): Draft[] {
  if (findings === undefined) return [];
  const words = findings.kind === 'timed' && findings.dummies !== undefined ? PLACE_WORDS : TIME_WORDS;
  const rule = `hits on the prefix of another tenant are not ${words.sooner} (p > ${short(policy.alpha)}), and ${words.equal} within ${short(policy.marginMax)}`;
  const draft = (level: string, judge: () => Judgement): Draft => ({
    place: { report: 'leakage', axis: AXIS, level, metric: METRIC, rule },
    test: null,
    judge,
  });
  if (findings.kind !== 'timed')
    return [draft('*', () => undecided('no times', `The audit was asked for and has no times: ${findings.why}.`))];
  const [owner, ...others] = findings.rows;
  return others.map((row) => draft(row.level, () => judged(row, owner, { policy, words })));
}

interface Judging {
  readonly policy: CacheTimingPolicy;
  readonly words: typeof TIME_WORDS;
}

function judged(row: CacheTimingRow, owner: CacheTimingRow, { policy, words }: Judging): Judgement {
  const observed = observedText(row);
  const { test, equivalence } = row;
  if (isSooner(row, policy))
    return {
      observed,
      outcome: 'fail',
      reason: `A first token comes ${words.sooner} after another tenant has sent the prefix: ${observed}.`,
      comparisonsNeeded: null,
    };
  if (test === null || equivalence === null) return undecided(observed, row.problem ?? 'Too few times.');
  if (row.problem !== null) return undecided(observed, `${row.problem}.`);
  if (!isSooner(owner, policy))
    return undecided(
      observed,
      `The owner's own hits are not ${words.sooner} either (${observedText(owner)}): ${words.silent}. Not applicable.`,
    );
  if (owner.problem !== null) return undecided(observed, `The owner's own times: ${owner.problem}.`);
  if (equivalence.margin > policy.marginMax)
    return undecided(observed, `The audit's margin ${short(equivalence.margin)} is wider than the policy allows.`);
  if (equivalence.pValue <= policy.equivalenceAlpha)
    return {
      observed,
      outcome: 'pass',
      reason: `The owner's hits are ${words.sooner} and these are not: ${words.equal} within ${short(equivalence.margin)}.`,
      comparisonsNeeded: null,
    };
  return {
    ...undecided(observed, 'No difference was found, and no equality was shown: more times would decide.'),
    comparisonsNeeded: Math.ceil(
      aucEquivalenceSampleSize({ margin: equivalence.margin, alpha: policy.equivalenceAlpha, power: POWER }),
    ),
  };
}

const isSooner = ({ test }: CacheTimingRow, { alpha }: CacheTimingPolicy): boolean =>
  test !== null && test.log10P <= log(alpha) / Math.LN10;

const undecided = (observed: string, reason: string): Judgement => ({
  observed,
  outcome: 'inconclusive',
  reason,
  comparisonsNeeded: null,
});

function observedText({ hits, misses, test, auc, equivalence }: CacheTimingRow): string {
  const counts = `${hits.n} hits and ${misses.n} misses`;
  if (test === null || auc.kind !== 'measured' || equivalence === null) return counts;
  const interval = auc.low === null || auc.high === null ? '' : ` [${short(auc.low)}, ${short(auc.high)}]`;
  return (
    `${counts}: D ${short(test.statistic)}, log10 p ${short(test.log10P)}, AUC ${short(auc.value)}${interval}, ` +
    `equivalence p ${short(equivalence.pValue)}`
  );
}
