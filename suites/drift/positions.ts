/**
 * Positions: the pairs of logit rows that drift compares, and what is measured at each.
 *
 * Two contexts are comparable: the positions of one and the same prompt, and the reference's output tokens fed to both sides
 * (teacher forcing). Rows with equal digests are equal at every position: nothing is loaded.
 * @module
 */
import type { LogitsBlob, SuiteInput } from '../../harness/schema/index.ts';
import {
  createDistribution,
  klNats,
  largestIndex,
  logSoftmax,
  maxAbsLogprobDiff,
} from '../../harness/statistics/index.ts';
import type { RequestPair } from '../pairing/index.ts';

export type DriftContext = 'prompt-positions' | 'forced-output';

/** Two blobs of the same shape [positions, vocab], in one context. */
export interface ComparableRows {
  readonly reference: LogitsBlob;
  readonly level: LogitsBlob;
  /** The token that came next at each position; -1 = not known. */
  readonly nextTokenIds: readonly number[];
}

export interface NotComparable {
  readonly kind: 'not-measured' | 'unsupported';
  readonly why: string;
}

/** What is measured at the positions of one pair. All log-probabilities are natural. */
export interface PositionMeasures {
  readonly caseId: string;
  /** [positions] KL(reference || level) in nats; Infinity where the level excludes a token that the reference can produce. */
  readonly klNats: Float64Array;
  /** Positions with the same most likely token; the lowest index wins a tie. */
  readonly sameTop: number;
  /** Largest |difference| over the vocabulary and the positions. */
  readonly maxAbsLogprobDiff: number;
  /** [positions with a known next token] log-probability of that token: level - reference. */
  readonly nextTokenDiffs: Float64Array;
  /** Positions where a side has NaN or +Infinity among its logits; nothing else is measured there. */
  readonly brokenPositions: number;
}

/** Whether the request was teacher-forced. */
export function isForced({ level }: RequestPair): boolean {
  return level.forced.kind === 'blob';
}

export function comparableRows(pair: RequestPair, context: DriftContext): ComparableRows | NotComparable {
  const { reference, level } = pair;
  const forced = context === 'forced-output';
  // what a target cannot give is the reason, whatever it was asked for
  if (reference.generated.kind === 'unsupported' && reference.prompt.kind === 'unsupported') return reference.generated;
  if (!forced && reference.promptSha256 !== level.promptSha256) {
    return { kind: 'not-measured', why: "the prompts differ and the reference's tokens were not scored at this level" };
  }
  const a = forced ? reference.generated : reference.prompt;
  const b = forced ? level.forced : level.prompt;
  if (a.kind !== 'blob') return { kind: a.kind, why: a.why };
  if (b.kind !== 'blob') return { kind: b.kind, why: b.why };
  if (a.rows !== b.rows || a.cols !== b.cols) {
    const shape = (blob: LogitsBlob): string => `[${blob.rows}, ${blob.cols}]`;
    return { kind: 'not-measured', why: `the logits have other shapes: ${shape(a)} and ${shape(b)}` };
  }
  if (a.rows === 0) return { kind: 'not-measured', why: 'no positions were scored' };
  return { reference: a, level: b, nextTokenIds: forced ? reference.tokenIds : reference.promptNextTokenIds };
}

export function measurePositions(
  caseId: string,
  rows: ComparableRows,
  loadLogits: SuiteInput['loadLogits'],
): PositionMeasures {
  const { rows: positions, cols: vocab, sha256 } = rows.reference;
  const known = Array.from({ length: positions }, (_, position) => rows.nextTokenIds[position] ?? -1);
  if (sha256 === rows.level.sha256) {
    return {
      caseId,
      klNats: new Float64Array(positions),
      sameTop: positions,
      maxAbsLogprobDiff: 0,
      nextTokenDiffs: new Float64Array(known.filter((tokenId) => tokenId >= 0).length),
      brokenPositions: 0,
    };
  }
  const referenceLogits = loadLogits(rows.reference);
  const levelLogits = loadLogits(rows.level);
  const p = createDistribution(vocab);
  const q = createDistribution(vocab);
  const kl: number[] = [];
  const nextTokenDiffs: number[] = [];
  let sameTop = 0;
  let largest = 0;
  for (let position = 0; position < positions; position++) {
    const referenceRow = referenceLogits.subarray(position * vocab, (position + 1) * vocab);
    const levelRow = levelLogits.subarray(position * vocab, (position + 1) * vocab);
    if (!logSoftmax(referenceRow, p) || !logSoftmax(levelRow, q)) continue;
    kl.push(klNats(p, q));
    if (largestIndex(referenceRow) === largestIndex(levelRow)) sameTop++;
    largest = Math.max(largest, maxAbsLogprobDiff(p, q));
    const tokenId = known[position];
    if (tokenId >= 0 && tokenId < vocab) nextTokenDiffs.push(q.logProbs[tokenId] - p.logProbs[tokenId]);
  }
  return {
    caseId,
    klNats: Float64Array.from(kl),
    sameTop,
    maxAbsLogprobDiff: largest,
    nextTokenDiffs: Float64Array.from(nextTokenDiffs),
    brokenPositions: positions - kl.length,
  };
}
