import { describe, expect, it } from 'vitest';
import {
  blockedHistory,
  createNgramHash,
  DEAD_ID,
  leftPadHistory,
  ngramMultipliers,
} from '../../../engine/memory/index.ts';
import type { NgramHashConfig } from '../../../engine/memory/index.ts';
import { ngramMixes, ngramRow } from '../../support/ngram-hash-twin.ts';

const V41: NgramHashConfig = {
  layerIds: [1, 14],
  maxNgram: 4,
  headsPerNgram: 8,
  vocabSizes: [16_000_000, 16_000_000, 16_000_000],
  compressedVocab: 99_092,
  padId: 2,
  seed: 0,
};
const DEMO: NgramHashConfig = { ...V41, layerIds: [1, 15], maxNgram: 3, vocabSizes: [646_400, 646_400] };
const TINY: NgramHashConfig = { ...V41, layerIds: [1], vocabSizes: [1000, 1000, 1000], compressedVocab: 1000 };

/** Specification section 12.6. */
const V41_MULTIPLIERS = {
  1: [76632096046245n, 4839876093313n, 35959672319349n, 73987337458391n],
  14: [67716810739261n, 51510806800915n, 30921347202721n, 82619226485591n],
};
const EXAMPLE_IDS = [5, 17, 99091, 0, 42];
const EXAMPLE_COLUMNS = [0, 8, 16, 23];
// prettier-ignore
const EXAMPLE = [
  { layer: 1, t: 0, mixes: [374616683979835n, 305523448446673n, 443421843151743n], rows: [5412672, 143494632, 256353435, 372009279] },
  { layer: 1, t: 1, mixes: [1326926955625840n, 1398287926585242n, 1250322136121908n], rows: [4465417, 129505115, 269486139, 371977877] },
  { layer: 1, t: 4, mixes: [3218548033942290n, 3564668850481909181n, 3565804840001932794n], rows: [7905795, 128504499, 264580462, 374224477] },
  { layer: 14, t: 0, mixes: [402705404236567n, 376569701166677n, 492806226282747n], rows: [6939818, 131576092, 268363546, 382274687] },
  { layer: 14, t: 1, mixes: [1403806488649810n, 1342503508909328n, 1216847576366014n], rows: [14916957, 137631961, 261903157, 369044835] },
  { layer: 14, t: 4, mixes: [2844106051048962n, 3066817445285371633n, 3065679619891410486n], rows: [15665506, 134565201, 269091309, 371360192] },
];

describe('tables', () => {
  it('have the multipliers of V4.1', () => {
    const { tables } = createNgramHash(V41);
    expect(tables[0].multipliers).toEqual(V41_MULTIPLIERS[1]);
    expect(tables[1].multipliers).toEqual(V41_MULTIPLIERS[14]);
  });

  it('have as many rows as the published engram_num_embeddings of V4.1', () => {
    expect(createNgramHash(V41).tables.map((one) => one.rows)).toEqual([384006168, 384016682]);
  });

  it('have the first and last primes of V4.1', () => {
    const [first, last] = createNgramHash(V41).tables.map((one) => one.primes);
    // prettier-ignore
    expect(first[0]).toEqual([16000057, 16000079, 16000081, 16000097, 16000121, 16000129, 16000133, 16000183]);
    // prettier-ignore
    expect(last[2]).toEqual([16000781, 16000799, 16000813, 16000819, 16000841, 16000877, 16000879, 16000889]);
  });

  it('have the primes and multipliers of the paper demo', () => {
    const { tables } = createNgramHash(DEMO);
    expect(tables.map((one) => one.rows)).toEqual([10344164, 10348242]);
    expect(tables[0].multipliers).toEqual([76632096046245n, 4839876093313n, 35959672319349n]);
    expect(tables[1].multipliers).toEqual([28919099099511n, 56020370062535n, 53929037264533n]);
  });

  it('have the primes and multipliers of the tiny configuration', () => {
    expect(createNgramHash({ ...TINY, headsPerNgram: 2 }).tables[0].primes).toEqual([
      [1009, 1013],
      [1019, 1021],
      [1031, 1033],
    ]);
    expect(createNgramHash(TINY).tables[0].rows).toBe(25874);
    // prettier-ignore
    expect(ngramMultipliers({ ...TINY, compressedVocab: 1000 }, 1)).toEqual([7593627661414631n, 479593001838623n, 3563315849468963n, 7331553243427023n]);
    // prettier-ignore
    expect(ngramMultipliers({ ...TINY, compressedVocab: 320 }, 1)).toEqual([23730086441920729n, 1498728130745697n, 11135362029590511n, 22911103885709453n]);
  });
});

describe('rows', () => {
  it.each(EXAMPLE)('are those of the example: layer $layer, position $t', ({ layer, t, mixes, rows }) => {
    const hash = createNgramHash(V41);
    const index = hash.tables.findIndex((one) => one.layer === layer);
    const got = hash.rows(index, Int32Array.from(EXAMPLE_IDS)).subarray(t * hash.columns);
    expect(EXAMPLE_COLUMNS.map((c) => got[c])).toEqual(rows);
    expect(ngramMixes(hash.tables[index], EXAMPLE_IDS, t, 2)).toEqual(mixes);
    expect(Array.from(got.subarray(0, hash.columns))).toEqual(ngramRow(hash.tables[index], EXAMPLE_IDS, t, 2));
  });

  it('of later positions are the same when earlier positions are history', () => {
    const hash = createNgramHash(TINY);
    const ids = Int32Array.from([7, 3, 999, 0, 41, 41, 2, 12]);
    expect(hash.rows(0, ids, 5)).toEqual(hash.rows(0, ids).slice(5 * hash.columns));
  });

  it('without offsets stay below their bucket size', () => {
    const hash = createNgramHash(TINY);
    const sizes = hash.tables[0].primes.flat();
    const got = hash.buckets(0, Int32Array.from([999, 998, 997, 996]));
    got.forEach((bucket, i) => expect(bucket).toBeLessThan(sizes[i % sizes.length]));
  });

  it('refuse ids outside the compressed vocabulary', () => {
    const hash = createNgramHash(TINY);
    expect(() => hash.rows(0, Int32Array.from([1, 1000]))).toThrow(/position 1: expected -1 .. 999, got 1000/);
    expect(() => hash.rows(0, Int32Array.from([-2]))).toThrow(RangeError);
  });
});

describe('history', () => {
  const windowOf = (history: typeof blockedHistory, ids: number[], t: number): number[] => {
    const window = new Int32Array(4);
    history(Int32Array.from(ids), t, window, 2);
    return Array.from(window);
  };

  it('is padded before the start of the sequence in both forms', () => {
    expect(windowOf(blockedHistory, [5, 6, 7], 1)).toEqual([6, 5, 2, 2]);
    expect(windowOf(leftPadHistory, [5, 6, 7], 1)).toEqual([6, 5, 2, 2]);
  });

  it('is blocked cumulatively by a dead position', () => {
    expect(windowOf(blockedHistory, [5, DEAD_ID, 7, 8], 3)).toEqual([8, 7, 2, 2]);
    expect(windowOf(blockedHistory, [5, 6, 7, DEAD_ID], 3)).toEqual([2, 2, 2, 2]);
  });
});

describe('configuration', () => {
  it('says what does not fit', () => {
    expect(() => createNgramHash({ ...TINY, vocabSizes: [1000] })).toThrow(/expected 3 sizes/);
    expect(() => createNgramHash({ ...TINY, padId: 1000 })).toThrow(/padId: expected 0 .. 999/);
    expect(() => createNgramHash({ ...TINY, maxNgram: 1 })).toThrow(/maxNgram/);
    expect(() => createNgramHash({ ...TINY, vocabSizes: [1000, 1000, 2 ** 26] })).toThrow(/vocabSizes/);
  });
});
