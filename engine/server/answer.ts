/**
 * Waiting for all choices of one request: they end together, or the first failure ends them all.
 * @module
 */
import type { Generation } from './generation.ts';
import type { ServerState } from './server-state.ts';

/** @throws ApiError of the first choice that failed */
export async function answerWhole(state: ServerState, generations: readonly Generation[]): Promise<void> {
  try {
    await Promise.all(generations.map((generation) => generation.whole()));
  } catch (error) {
    for (const generation of generations) if (!generation.ended) state.loop.abort(generation);
    throw error;
  }
}
