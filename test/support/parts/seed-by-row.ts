/** A sampler that mixes the row into the seed. @module */
import type { EngineParts } from '../../../engine/index.ts';
import { uniformAt } from '../../../engine/serving/counter-rng.ts';

export const name = 'seed-by-row';
const samplerRng: EngineParts['samplerRng'] = (seed, index, place) => uniformAt(seed ^ place.slot, index);
export const parts = { samplerRng };
