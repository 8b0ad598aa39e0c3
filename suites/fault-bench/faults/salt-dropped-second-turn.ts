/**
 * L3: a request that continues an earlier one of the same salt is looked up and kept without it.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'salt-dropped-second-turn';

/** Prompts that a session has seen, by salt. */
const turns = new Map<string, (readonly number[])[]>();

export const activation = createActivation(() => turns.clear());

const { requestDomain, samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  requestDomain(request) {
    const { salt } = requestDomain(request);
    const prompt = [...request.tokenIds];
    const earlier = turns.get(salt) ?? [];
    if (earlier.some((turn) => begins(prompt, turn))) {
      activation.hit();
      return requestDomain({ ...request, cacheSalt: '' });
    }
    turns.set(salt, [...earlier, prompt]);
    return requestDomain(request);
  },
  // made once per session: a new one has seen nobody
  samplingRows() {
    turns.clear();
    return samplingRows();
  },
};

/** The same prompt again is no second turn. */
function begins(prompt: readonly number[], turn: readonly number[]): boolean {
  return turn.length < prompt.length && turn.every((token, i) => token === prompt[i]);
}
