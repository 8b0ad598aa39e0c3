/**
 * Reduction plan of the hyper-connection projection (24 outputs over hc * D inputs).
 *
 * `none`: one ascending sum. `by-token-count`: split-K whose number of splits depends on how many tokens the step has, as a
 * serving stack does to fill the device (splits = multiprocessors / ceil(tokens / tokenBlock)); this shifts every token's
 * log-probability when the batch changes. Source: specification sections 11.5 and 13 (sglang#37292).
 * @module
 */

export interface MhcReduction {
  readonly name: string;
  /** Length of a k-block for a step of `tokens` tokens over k inputs; k = one plain sum. */
  kBlock(tokens: number, k: number): number;
}

export type MhcReductionOption =
  | { readonly kind: 'none' }
  | { readonly kind: 'by-token-count'; readonly multiprocessors: number; readonly tokenBlock: number };

/** Inputs per smallest split, as a kernel's k tile. */
const K_TILE = 64;

export function createMhcReduction(option: MhcReductionOption): MhcReduction {
  if (option.kind === 'none') return { name: 'none', kBlock: (_tokens, k) => k };
  const { multiprocessors, tokenBlock } = option;
  return {
    name: `by-token-count(multiprocessors=${multiprocessors}, tokenBlock=${tokenBlock})`,
    kBlock(tokens, k) {
      const tiles = Math.ceil(k / K_TILE);
      const wanted = Math.floor(multiprocessors / Math.ceil(tokens / tokenBlock));
      const splits = Math.min(Math.max(wanted, 1), tiles);
      return Math.ceil(tiles / splits) * K_TILE;
    },
  };
}
