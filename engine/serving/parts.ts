/**
 * EngineParts: the named parts that an engine is built from. A fault is another part, written outside the engine.
 *
 * The engine's own code knows no fault. Where a fault cannot be expressed by swapping a part, the seam is wrong.
 * @module
 */
import type { StateReset } from '../cache/index.ts';
import { resetState } from '../cache/index.ts';
import { createMhcReduction, createSplitPolicy } from '../model/index.ts';
import type { MhcReductionOption, ModelParts, SplitPolicyOption } from '../model/index.ts';

export interface EngineParts extends ModelParts {
  /** Makes a used state block ready for its next request. */
  readonly stateReset: StateReset;
}

/** The parts that the options choose, with single ones replaced by `parts`. */
export function assembleParts(options: {
  readonly splitPolicy: SplitPolicyOption;
  readonly mhcSplitK: MhcReductionOption;
  readonly parts: Partial<EngineParts>;
}): EngineParts {
  return {
    splitPolicy: createSplitPolicy(options.splitPolicy),
    mhcReduction: createMhcReduction(options.mhcSplitK),
    tieRule: 'low',
    stateReset: resetState,
    ...options.parts,
  };
}
