/**
 * The rule for what must never differ: one counterexample fails, and no counterexample passes only when enough was compared.
 * @module
 */
import type { Equality } from '../../schema/index.ts';
import { trialsForZeroFailures } from '../../statistics/index.ts';
import type { Judgement } from '../families.ts';
import { counted, percent } from '../words.ts';

/** The confidence of every bound in a finding. */
const CONFIDENCE = 0.95;

interface NeverDiffers {
  readonly equality: Pick<Equality, 'equal' | 'n' | 'failureRateHigh'>;
  /** What differs, for example `in bits`. */
  readonly inWhat: string;
  /** Singular, for example `comparison`. */
  readonly noun: string;
  readonly evidenceProblem: string | null;
  /** What a PASS may still allow. */
  readonly maxFailureRate: number;
  /** One more sentence for the reason; empty for none. */
  readonly caveat: string;
}

/** PASS, FAIL or INCONCLUSIVE for k of n equal, when equality was promised. */
export function judgeNeverDiffers({
  equality,
  inWhat,
  noun,
  evidenceProblem,
  maxFailureRate,
  caveat,
}: NeverDiffers): Judgement {
  const { equal, n, failureRateHigh } = equality;
  const different = n - equal;
  const sentences = (...all: readonly string[]): string =>
    all
      .filter((one) => one !== '')
      .map(asSentence)
      .join(' ');
  if (different > 0) {
    return {
      observed: `${different} of ${n} differ ${inWhat}`,
      outcome: 'fail',
      reason: sentences(
        `${different} of ${counted(n, noun)} differ ${inWhat}; one is enough to break the promise.`,
        caveat,
      ),
      comparisonsNeeded: null,
    };
  }
  const needed = trialsForZeroFailures({ rate: maxFailureRate, confidence: CONFIDENCE });
  if (n === 0 || failureRateHigh === null) {
    return {
      observed: 'nothing compared',
      outcome: 'inconclusive',
      reason: sentences(evidenceProblem ?? 'Nothing was compared.', caveat),
      comparisonsNeeded: needed,
    };
  }
  const observed = `${equal} of ${n} equal; up to ${percent(failureRateHigh)} may still fail`;
  if (evidenceProblem !== null) {
    const reason = sentences(`All are equal, but the path was not exercised: ${evidenceProblem}`, caveat);
    return { observed, outcome: 'inconclusive', reason, comparisonsNeeded: null };
  }
  if (failureRateHigh <= maxFailureRate) {
    const reason = sentences(
      `All ${counted(n, noun)} are equal; a failure rate up to ${percent(failureRateHigh)} is still possible.`,
      caveat,
    );
    return { observed, outcome: 'pass', reason, comparisonsNeeded: null };
  }
  const decide =
    needed === null
      ? 'no number of comparisons can show a failure rate of zero'
      : `${counted(needed, noun)} without a difference would decide`;
  return {
    observed,
    outcome: 'inconclusive',
    reason: sentences(
      `All ${counted(n, noun)} are equal, but up to ${percent(failureRateHigh)} may still fail and the policy allows ` +
        `${percent(maxFailureRate)}; ${decide}.`,
      caveat,
    ),
    comparisonsNeeded: needed,
  };
}

const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
