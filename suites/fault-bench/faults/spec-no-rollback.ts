/**
 * F40: the state of rejected drafts is kept.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'spec-no-rollback';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  draftRollback: () => activation.hit(),
};
