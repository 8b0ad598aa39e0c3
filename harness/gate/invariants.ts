/**
 * Serving-time invariants: what each knob of the serving path leaves of an output, as far as it was measured.
 *
 * A knob is an axis of the plan. The weakest level decides; a level without the proof that its path ran verifies nothing, but a
 * difference that it found stands. Every kept invariant names the failure rate that it still allows.
 * @module
 */
import type { Check, DeterminismRow, Equality, Findings, Invariant, LeakageRow } from '../schema/index.ts';
import { counted, percent } from './words.ts';

/** @param checks - of the same findings: they say whether drift is within its bound */
export function invariantsOf(findings: Findings, checks: readonly Check[]): Invariant[] {
  const axes = [...new Set([...findings.determinism, ...findings.leakage].map(({ axis }) => axis))];
  return axes.map((axis) => {
    const owed = findings.determinism.filter((row) => row.axis === axis);
    const content = findings.leakage.filter((row) => row.axis === axis);
    const drift = checks.filter((check) => check.report === 'drift' && check.axis === axis && check.metric !== 'bound');
    return withText(owed.length > 0 ? outputInvariant(axis, owed, drift) : contentInvariant(axis, content));
  });
}

/** `why`: what else to know; empty = nothing. */
type Untold = Omit<Invariant, 'text'> & { readonly why: string };

function outputInvariant(axis: string, rows: readonly DeterminismRow[], drift: readonly Check[]): Untold {
  const bits = rows.map(bitsOf);
  const outputs = rows.map((row) => (row.tokens.n > 0 ? row.tokens : row.text));
  const named = { knob: axis, levels: rows.length };
  const verified = rows.every((row, i) => outputs[i].n > 0 && row.evidenceProblem === null);
  const differs = outputs.some(({ equal, n }) => equal < n);
  if (!differs && !verified) {
    const problem = rows.find((row, i) => row.evidenceProblem !== null || outputs[i].n === 0);
    const why = problem?.evidenceProblem ?? 'nothing was compared';
    return { ...named, keeps: 'unverified', n: leastN(outputs), failureRateHigh: null, why };
  }
  if (!differs && bits.every(isKept)) return kept('bit-equal', named, bits);
  if (!differs) {
    const lost = bits.filter((one) => one !== null && one.equal < one.n).length;
    const why = lost > 0 ? `bits differ at ${counted(lost, 'level')}` : 'bits cannot be had';
    return { ...kept('token-equal', named, outputs), why };
  }
  const differing = outputs.reduce((total, { equal, n }) => total + n - equal, 0);
  const total = outputs.reduce((sum, { n }) => sum + n, 0);
  const changed = `${differing} of ${counted(total, 'output')} differ`;
  const within = drift.length > 0 && drift.every(({ outcome }) => outcome === 'pass');
  const why = within ? `${changed}; the drift keeps its bound` : changed;
  return {
    ...named,
    keeps: within ? 'within-bound' : 'changes',
    n: leastN(outputs),
    failureRateHigh: highestRate(outputs),
    why,
  };
}

function contentInvariant(axis: string, rows: readonly LeakageRow[]): Untold {
  const named = { knob: axis, levels: rows.length };
  const all = rows.map(({ contentDependent }) => contentDependent);
  const differing = all.reduce((total, { equal, n }) => total + n - equal, 0);
  if (differing > 0) {
    const why = `${counted(differing, 'output')} depend on the content of other requests`;
    return { ...named, keeps: 'changes', n: leastN(all), failureRateHigh: highestRate(all), why };
  }
  const problem = rows.find(
    ({ evidenceProblem, contentDependent }) => evidenceProblem !== null || contentDependent.n === 0,
  );
  if (problem !== undefined) {
    const why = problem.evidenceProblem ?? 'nothing was compared';
    return { ...named, keeps: 'unverified', n: leastN(all), failureRateHigh: null, why };
  }
  return { ...kept('content-independent', named, all), why: 'the strongest equality that each output allows' };
}

function kept(
  keeps: Invariant['keeps'],
  named: Pick<Invariant, 'knob' | 'levels'>,
  equalities: readonly (Equality | null)[],
): Untold {
  const known = equalities.filter((one) => one !== null);
  return { ...named, keeps, n: leastN(known), failureRateHigh: highestRate(known), why: '' };
}

/** For example `bit-equal (4 levels, n >= 28, up to 10.1 % may still fail)`. */
function withText({ why, ...invariant }: Untold): Invariant {
  const { keeps, levels, n, failureRateHigh } = invariant;
  const still = keeps === 'changes' || keeps === 'within-bound' ? '' : 'still ';
  const rate = failureRateHigh === null ? '' : `, up to ${percent(failureRateHigh)} may ${still}fail`;
  const text = `${keeps} (${counted(levels, 'level')}, n >= ${n}${rate}${why === '' ? '' : `; ${why}`})`;
  return { ...invariant, text };
}

const bitsOf = ({ bits }: DeterminismRow): Equality | null => ('kind' in bits ? null : bits);
const isKept = (one: Equality | null): boolean => one !== null && one.n > 0 && one.equal === one.n;
const leastN = (all: readonly Pick<Equality, 'n'>[]): number =>
  all.reduce((least, { n }) => Math.min(least, n), all[0]?.n ?? 0);

function highestRate(all: readonly Equality[]): number | null {
  const rates = all.flatMap(({ failureRateHigh }) => (failureRateHigh === null ? [] : [failureRateHigh]));
  return rates.length === 0 ? null : rates.reduce((highest, rate) => Math.max(highest, rate), 0);
}
