/** One stream of numbers for all requests. @module */
import type { EngineParts } from '../../../engine/index.ts';
import { uniformAt } from '../../../engine/serving/counter-rng.ts';

export const name = 'seed-shared';
let drawn = 0;
const samplerRng: EngineParts['samplerRng'] = (seed, index) => uniformAt(seed, index + drawn++);
export const parts = { samplerRng };
