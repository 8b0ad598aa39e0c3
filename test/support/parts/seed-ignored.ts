/** A sampler that looks at no seed. @module */
import type { EngineParts } from '../../../engine/index.ts';
import { uniformAt } from '../../../engine/serving/counter-rng.ts';

export const name = 'seed-ignored';
const samplerRng: EngineParts['samplerRng'] = (_seed, index) => uniformAt(1, index);
export const parts = { samplerRng };
