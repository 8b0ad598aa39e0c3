/**
 * Determinism: does a request get the same bits, the same tokens and the same text at a level as at its reference?
 *
 * Rows are made for every level with a reference, except `content-independent` ones: a difference there is a leak and
 * belongs to the leakage report. Levels that promise nothing (`drift`) have a row too: it is measured, not judged.
 * @module
 */
import type {
  DeterminismCase,
  DeterminismRow,
  Divergence,
  Estimate,
  Suite,
  SuiteInput,
} from '../../harness/schema/index.ts';
import {
  bitsEquality,
  chosenLogprobs,
  compare,
  countEqual,
  countEvidence,
  divergenceOf,
  fillRows,
  groupByCase,
  isDifferent,
  type Comparison,
  type OpenRow,
  type RowKey,
} from '../pairing/index.ts';
import { openChosen } from './chosen-logprobs.ts';
import { pairLogprobDiff } from './first-divergence.ts';
import { countFlips, flipMargin, kindOfFlip, noiseOf, openNoise, type FlipMargin } from './token-flips.ts';

const DIVERGENCES_MAX = 8;
/** The axis whose levels send the same request again: its rows are the noise that flips of all rows are held against. */
const REPEAT = 'repeat';

export const determinismSuite: Suite<DeterminismRow> = {
  id: 'determinism',
  title: 'Determinism',
  what:
    'Shows whether the same request gives the same logit bits, tokens and text when batch, order, chunks or caches change. ' +
    'Equality does not show that the answer is right, and equal text is weak evidence of equal bits.',
  analyse: (input) => {
    const rows = fillRows(
      input,
      ({ promise }) => promise !== 'content-independent',
      (key) => openRow(key, input),
    );
    const repeats = rows.filter(({ row }) => row.axis === REPEAT).map(({ noise }) => noise);
    return rows.map((measured) => withFlips(measured, repeats));
  },
};

/** A row before its flips are named: the noise of the repeats is known when all rows are. */
interface MeasuredRow {
  readonly row: DeterminismRow;
  readonly noise: number | null;
  readonly flips: readonly (FlipMargin & { readonly caseId: string })[];
}

function withFlips({ row, noise: own, flips }: MeasuredRow, repeats: readonly (number | null)[]): DeterminismRow {
  if (flips.length === 0) return row;
  const noise = noiseOf(repeats, own);
  const benign = new Map<string, number>();
  for (const flip of flips)
    if (kindOfFlip(flip, noise) === 'benign') benign.set(flip.caseId, (benign.get(flip.caseId) ?? 0) + 1);
  const byCase = row.byCase.map((part) => {
    const benignFlips = benign.get(part.caseId);
    return benignFlips === undefined ? part : { ...part, benignFlips };
  });
  return { ...row, flips: countFlips(flips, noise), byCase };
}

function openRow(key: RowKey, input: SuiteInput): OpenRow<MeasuredRow> {
  const evidence = countEvidence(key, input.perturbations);
  const [bits, tokens, text] = [countEqual(), countEqual(), countEqual()];
  const divergences: Divergence[] = [];
  const tokenDiffs: { readonly caseId: string; readonly at: number }[] = [];
  const logprobDiff = { known: 0, largest: 0 };
  const chosen = openChosen();
  const noise = openNoise();
  const flips: (FlipMargin & { readonly caseId: string })[] = [];
  const cases = groupByCase(emptyCase);
  let first: Comparison | null = null;
  let compared = 0;
  let differing = 0;

  const addComparison = (comparison: Comparison): void => {
    const { bitsEqual, tokensEqual, textEqual, firstTokenDiff, pair } = comparison;
    first ??= comparison;
    compared++;
    bits.add(bitsEqual);
    tokens.add(tokensEqual);
    text.add(textEqual);
    // One request has one output at the reference and one at the level; tokens decide, text where there are none.
    if (!(tokensEqual ?? textEqual)) differing++;
    if (firstTokenDiff !== null) tokenDiffs.push({ caseId: pair.caseId, at: firstTokenDiff });
    if (bitsEqual === null) chosen.add(chosenLogprobs(comparison));
    noise.add(comparison);
    const loadLogits = loadedOnce(input.loadLogits);
    const diff = pairLogprobDiff(comparison, loadLogits);
    const flip = flipMargin(comparison, loadLogits);
    if (flip !== null) flips.push({ caseId: pair.caseId, ...flip });
    if (diff !== null) {
      logprobDiff.known++;
      logprobDiff.largest = Math.max(logprobDiff.largest, diff);
    }
    addToCase(cases.of(pair.caseId), comparison, diff);
    if (divergences.length < DIVERGENCES_MAX && isDifferent(comparison))
      divergences.push({ ...divergenceOf(comparison, diff), ...knownMargin(flip) });
  };

  return {
    add: (member) => {
      evidence.add(member);
      for (const pair of member.pairs) addComparison(compare(pair));
    },
    addGap: evidence.addGap,
    close: () => ({ row: closeRow(), noise: noise.largest(), flips }),
  };

  function closeRow(): DeterminismRow {
    return {
      ...key,
      bits: bitsEquality(bits.result(), first),
      tokens: tokens.result(),
      text: text.result(),
      uniqueOutputs:
        compared === 0 ? { max: 0, mean: 0 } : { max: differing > 0 ? 2 : 1, mean: 1 + differing / compared },
      firstTokenDiffs: tokenDiffs.sort((a, b) => order(a.caseId, b.caseId)).map(({ at }) => at),
      maxAbsLogprobDiff: largestEstimate(first, logprobDiff),
      ...(compared > 0 && bits.result().n === 0 && { chosenLogprobs: chosen.result() }),
      ...evidence.result(),
      divergences,
      byCase: cases.all().map(([caseId, part]) => ({ caseId, ...part })),
    };
  }
}

/** For one pair, whose reference may be asked for twice. */
function loadedOnce(loadLogits: SuiteInput['loadLogits']): SuiteInput['loadLogits'] {
  const known = new Map<string, Float32Array>();
  return (blob) => {
    const logits = known.get(blob.sha256) ?? loadLogits(blob);
    known.set(blob.sha256, logits);
    return logits;
  };
}

const knownMargin = (flip: FlipMargin | null): Pick<Divergence, 'marginNats'> =>
  flip === null || flip.marginNats === null ? {} : { marginNats: flip.marginNats };

type CasePart = Omit<DeterminismCase, 'caseId'>;

const emptyCase = (): CasePart => ({ n: 0, bitsDiffer: 0, tokensDiffer: 0, textDiffer: 0, maxAbsLogprobDiff: null });

function addToCase(part: CasePart | null, comparison: Comparison, logprobDiff: number | null): void {
  if (part === null) return;
  const { bitsEqual, tokensEqual, textEqual } = comparison;
  // One comparison without bits, and a share of the case that differs in bits does not exist.
  const counted = (before: number | null, equal: boolean | null): number | null =>
    before === null || equal === null ? null : before + (equal ? 0 : 1);
  part.n++;
  part.bitsDiffer = counted(part.bitsDiffer, bitsEqual);
  part.tokensDiffer = counted(part.tokensDiffer, tokensEqual);
  if (!textEqual) part.textDiffer++;
  if (logprobDiff !== null) part.maxAbsLogprobDiff = Math.max(part.maxAbsLogprobDiff ?? 0, logprobDiff);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function largestEstimate(
  first: Comparison | null,
  { known, largest }: { readonly known: number; readonly largest: number },
): Estimate {
  if (first === null) return { kind: 'not-measured', why: 'no request of this level was observed' };
  if (known > 0) return { kind: 'measured', value: largest, low: null, high: null, n: known };
  const { generated } = first.pair.level;
  if (generated.kind !== 'blob') return { kind: generated.kind, why: generated.why };
  return { kind: 'not-measured', why: 'no finite logits on both sides of any pair' };
}
