/**
 * Window policies: how a request that found a cached prefix gets the part of its state that pages do not hold (window, tails).
 *
 * - `full`: a snapshot at every block; nothing to compute.
 * - `periodic`: a snapshot every `everyTokens` tokens; the tokens after the last one are computed again.
 * - `zero`: no snapshots; the last windowSize x layers tokens are computed again (exact: by then nothing depends on what was missing).
 * - `bounded-replay`: only the last windowSize tokens are computed again. Approximate, and declared so.
 * "Full" stores less than the report's full strategy: the window at block ends is all that a hit can ask for.
 * Source: specification sections 10.2 and 10.5.
 * @module
 */

export type WindowPolicyOption =
  | { readonly kind: 'full' }
  | { readonly kind: 'periodic'; readonly everyTokens: number }
  | { readonly kind: 'zero' }
  | { readonly kind: 'bounded-replay' };

export interface ReplayGeometry {
  readonly windowSize: number;
  /** Layers that attend, MTP included when it runs. */
  readonly layers: number;
  readonly blockTokens: number;
  /** Positions that the conditional memory looks back beyond its own token. */
  readonly memoryLookback: number;
}

/** Where a restored request begins to compute. */
export interface RestoreStart {
  /** Position of the snapshot to load; null = start from an empty window. */
  readonly snapshotAt: number | null;
  /** First position to compute. */
  readonly from: number;
}

export interface WindowPolicy {
  readonly name: string;
  /** Whether restored requests have the bits of unrestored ones. */
  readonly exact: boolean;
  /** Whether the state at this position (a block end) is to be saved. */
  saves(position: number): boolean;
  /** @param snapshots - positions <= hit at which a snapshot can be had, ascending */
  start(hit: number, snapshots: readonly number[], geometry: ReplayGeometry): RestoreStart;
}

/** @throws RangeError when a period is not a multiple of the block */
export function createWindowPolicy(option: WindowPolicyOption, blockTokens: number): WindowPolicy {
  switch (option.kind) {
    case 'full':
      return { name: 'full', exact: true, saves: () => true, start: fromLastSnapshot };
    case 'periodic': {
      const { everyTokens } = option;
      if (!Number.isInteger(everyTokens) || everyTokens < 1 || everyTokens % blockTokens !== 0)
        throw new RangeError(
          `windowPolicy.everyTokens: expected a positive multiple of the block (${blockTokens} tokens), got ${everyTokens}`,
        );
      return {
        name: `periodic(${everyTokens})`,
        exact: true,
        saves: (position) => position % everyTokens === 0,
        start: fromLastSnapshot,
      };
    }
    case 'zero':
      return {
        name: 'zero',
        exact: true,
        saves: () => false,
        start: (hit, _snapshots, geometry) => exactReplay(hit, geometry),
      };
    case 'bounded-replay':
      return {
        name: 'bounded-replay',
        exact: false,
        saves: () => false,
        start: (hit, _snapshots, g) => replay(hit, g.windowSize, g),
      };
  }
}

/** From the last snapshot, or by a zero-style replay where that has less to compute (snapshots may have been evicted). */
function fromLastSnapshot(hit: number, snapshots: readonly number[], geometry: ReplayGeometry): RestoreStart {
  const replayed = exactReplay(hit, geometry);
  const last = snapshots[snapshots.length - 1];
  return last === undefined || last < replayed.from ? replayed : { snapshotAt: last, from: last };
}

function exactReplay(hit: number, geometry: ReplayGeometry): RestoreStart {
  return replay(hit, geometry.windowSize * geometry.layers + geometry.memoryLookback, geometry);
}

/** Begins at a block border, where no compressor has an unfinished window. */
function replay(hit: number, tokens: number, { blockTokens }: ReplayGeometry): RestoreStart {
  return { snapshotAt: null, from: Math.max(0, Math.floor((hit - tokens) / blockTokens) * blockTokens) };
}
