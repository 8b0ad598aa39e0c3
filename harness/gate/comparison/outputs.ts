/**
 * Outputs of two results, request by request: which are equal in bits, in tokens, in text.
 * @module
 */
import type { Baseline, Equality, OutputDigests, OutputRow } from '../../schema/index.ts';
import { clopperPearsonHigh, clopperPearsonLow } from '../../statistics/index.ts';

const CONFIDENCE = 0.95;
const CHANGED_SHOWN = 8;

interface Pair {
  readonly name: string;
  readonly base: OutputDigests;
  readonly head: OutputDigests;
}

interface OpenRow {
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly pairs: Pair[];
}

/** Rows by axis and level, sorted; only what both sides have. */
export function outputRows(base: Baseline, head: Baseline): OutputRow[] {
  const rows = new Map<string, OpenRow>();
  for (const [unitId, levels] of Object.entries(head.units)) {
    const before = base.units[unitId];
    if (before === undefined) continue;
    for (const [levelId, { axis, label, requests }] of Object.entries(levels)) {
      for (const [requestId, digests] of Object.entries(requests)) {
        const counterpart = before[levelId]?.requests[requestId];
        if (counterpart === undefined) continue;
        const key = JSON.stringify([axis, levelId]);
        const row = rows.get(key) ?? { axis, level: levelId, label, pairs: [] };
        rows.set(key, row);
        row.pairs.push({ name: `${unitId} ${requestId}`, base: counterpart, head: digests });
      }
    }
  }
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => closeRow(row));
}

function closeRow({ axis, level, label, pairs }: OpenRow): OutputRow {
  const changed = pairs.filter(
    ({ base, head }) => differs(base.bits, head.bits) || differs(base.tokens, head.tokens) || base.text !== head.text,
  );
  return {
    axis,
    level,
    label,
    bits: known(
      pairs.map(({ base, head }) => equal(base.bits, head.bits)),
      'no logits on both sides',
    ),
    tokens: known(
      pairs.map(({ base, head }) => equal(base.tokens, head.tokens)),
      'no token ids on both sides',
    ),
    text: equalityOf(pairs.map(({ base, head }) => base.text === head.text)),
    changed: changed.slice(0, CHANGED_SHOWN).map(({ name }) => name),
  };
}

const equal = (a: string | null, b: string | null): boolean | null => (a === null || b === null ? null : a === b);
const differs = (a: string | null, b: string | null): boolean => equal(a, b) === false;

function known(outcomes: readonly (boolean | null)[], why: string): OutputRow['bits'] {
  const compared = outcomes.filter((outcome) => outcome !== null);
  return compared.length === 0 ? { kind: 'unsupported', why } : equalityOf(compared);
}

function equalityOf(outcomes: readonly boolean[]): Equality {
  const n = outcomes.length;
  const equalCount = outcomes.filter(Boolean).length;
  const failures = { successes: n - equalCount, trials: n, confidence: CONFIDENCE };
  return {
    equal: equalCount,
    n,
    failureRateHigh: clopperPearsonHigh(failures),
    failureRateLow: clopperPearsonLow(failures),
  };
}
