/**
 * Which factor moves the response: a factorial design over factors that are present or absent, with the cases as blocks.
 *
 * Up to six factors: all 2^d cells, the analysis of variance (in a balanced design the types I, II and III are one) and exact Shapley
 * effects with bootstrap intervals over cases. More: a fraction of resolution IV, in which no main effect is mixed with another one or
 * with an interaction of two; Shapley effects need all cells and are then not measured.
 * Source of the fraction: each factor is a word of odd length over the base factors (Box, Hunter and Hunter, Statistics for
 * Experimenters).
 * @module
 */
import type { Attribution, FactorShare, Rng } from '../schema/index.ts';
import { cellMeans, drawResamples, factorialAnova, factorialEffects, shapleyIntervals } from '../statistics/index.ts';

const FACTORS_OF_FULL_MAX = 6;
const FACTORS_MAX = 16;
const REPLICATES = 999;
const CONFIDENCE = 0.95;
/** A share below this is what is left of rounding. */
const SHARE_LEAST = 1e-9;

export interface Factor {
  readonly id: string;
  readonly label: string;
}

export interface AttributeOptions {
  readonly factors: readonly Factor[];
  readonly cases: number;
  /** The response of one case with only these factors present. */
  readonly probe: (present: ReadonlySet<string>, caseIndex: number) => Promise<number>;
  /** What is measured, in words. */
  readonly response: string;
  readonly rng: Rng;
}

/** @returns null when nothing varies: there is no share of nothing */
export async function attribute(options: AttributeOptions): Promise<Attribution | null> {
  const { factors, cases } = options;
  if (factors.length < 1 || factors.length > FACTORS_MAX || cases < 1)
    throw new RangeError(
      `attribute: expected 1 to ${FACTORS_MAX} factors and a case, got ${factors.length} and ${cases}`,
    );
  const full = factors.length <= FACTORS_OF_FULL_MAX;
  const design = full ? fullDesign(factors.length) : fractionalDesign(factors.length);
  const responses = Array.from({ length: cases }, () => new Float64Array(design.cells.length));
  // cell by cell: the first factors change slowest, which is for those that are dear to change
  for (const [cell, present] of design.cells.entries()) {
    const ids = new Set(factors.filter((_, j) => present[j]).map(({ id }) => id));
    for (const [index, row] of responses.entries()) row[cell] = await options.probe(ids, index);
  }
  const measured = full ? analyseFull(options, responses) : analyseFraction(options, design.words, responses);
  if (measured === null) return null;
  return {
    kind: 'measured',
    design: full ? 'full' : 'fractional',
    response: options.response,
    cells: design.cells.length,
    cases,
    ...measured,
  };
}

type Analysed = Pick<Attribution, 'factors' | 'effects'>;

function analyseFull({ factors, cases, rng }: AttributeOptions, responses: readonly Float64Array[]): Analysed | null {
  const levels = factors.map(() => 2);
  const everyCase = Uint32Array.from(responses, (_, index) => index);
  const effects = factorialEffects(levels, cellMeans(responses, everyCase));
  const { shapley, firstOrder, total } = effects;
  if (shapley === null || firstOrder === null || total === null) return null;
  const stream = rng.fork('attribution');
  const resamples = drawResamples({ count: cases, replicates: REPLICATES, next: () => stream.next() });
  const intervals = cases < 2 ? null : shapleyIntervals({ levels, responses, resamples, confidence: CONFIDENCE });
  const anova = factorialAnova(
    levels,
    responses.flatMap((row, block) =>
      Array.from(row, (value, cell) => (cases < 2 ? { cell, value } : { cell, value, block })),
    ),
  );
  const between = anova.effects.reduce((sum, { sumOfSquares }) => sum + sumOfSquares, 0);
  return {
    factors: factors.map(({ id, label }, j): FactorShare => ({
      id,
      label,
      share: {
        kind: 'measured',
        value: shapley[j],
        low: intervals?.[j].low ?? null,
        high: intervals?.[j].high ?? null,
        n: cases,
      },
      firstOrder: firstOrder[j],
      total: total[j],
    })),
    effects: largestFirst(
      anova.effects.map((effect) => ({
        factors: effect.factors.map((j) => factors[j].id),
        share: effect.sumOfSquares / between,
        pValue: effect.p,
        aliases: [],
      })),
    ),
  };
}

/** Contrasts of the base factors' words; their squares sum to the variance of the cells. */
function analyseFraction(
  { factors }: AttributeOptions,
  words: readonly number[],
  responses: readonly Float64Array[],
): Analysed | null {
  const cells = cellMeans(
    responses,
    Uint32Array.from(responses, (_, index) => index),
  );
  const squares = Array.from({ length: cells.length }, (_, word) => {
    let sum = 0;
    for (let run = 0; run < cells.length; run++) sum += parity(word & run) * cells[run] * 2 - cells[run];
    return (sum / cells.length) ** 2;
  });
  const variance = squares.slice(1).reduce((sum, square) => sum + square, 0);
  if (!(variance > 0)) return null;
  const effects = squares.flatMap((square, word) => {
    const [first, ...aliases] = word === 0 ? [] : effectsOfWord(word, words).map((js) => js.map((j) => factors[j].id));
    return first === undefined ? [] : [{ factors: first, share: square / variance, pValue: null, aliases }];
  });
  const why = 'a fraction of the cells cannot tell all interactions apart';
  return {
    factors: factors.map(({ id, label }, j) => ({
      id,
      label,
      share: { kind: 'not-measured', why },
      firstOrder: squares[words[j]] / variance,
      total: null,
    })),
    effects: largestFirst(effects),
  };
}

/** The main effect of a word, else the interactions of two that share it. */
function effectsOfWord(word: number, words: readonly number[]): number[][] {
  const main = words.indexOf(word);
  if (main >= 0) return [[main]];
  return words.flatMap((a, i) => words.slice(i + 1).flatMap((b, k) => ((a ^ b) === word ? [[i, i + 1 + k]] : [])));
}

function largestFirst(effects: Attribution['effects']): Attribution['effects'] {
  return effects.filter(({ share }) => share > SHARE_LEAST).sort((a, b) => b.share - a.share);
}

interface Design {
  /** [cells][factors]: is the factor present? */
  readonly cells: readonly (readonly boolean[])[];
  /** Of each factor, over the base factors of the runs' numbers. */
  readonly words: readonly number[];
}

/** The last factor changes fastest, as the statistics have it. */
function fullDesign(factors: number): Design {
  const words = Array.from({ length: factors }, (_, j) => 1 << (factors - 1 - j));
  return designOf(factors, words);
}

/** 16 cells up to 8 factors, 32 up to 16. */
function fractionalDesign(factors: number): Design {
  const bases = factors <= 8 ? 4 : 5;
  const odd = Array.from({ length: 2 ** bases }, (_, word) => word).filter((word) => parity(word) === 1);
  const bits = (word: number): number => [...word.toString(2)].filter((digit) => digit === '1').length;
  odd.sort((a, b) => bits(a) - bits(b) || a - b);
  return designOf(bases, odd.slice(0, factors));
}

/** Words of odd length: run 0 has no factor, the last run has all. */
function designOf(bases: number, words: readonly number[]): Design {
  const cells = Array.from({ length: 2 ** bases }, (_, run) => words.map((word) => parity(word & run) === 1));
  return { cells, words };
}

function parity(value: number): 0 | 1 {
  let odd = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) odd ^= 1;
  return odd === 1 ? 1 : 0;
}
