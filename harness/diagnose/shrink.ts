/**
 * From everything that two sides differ in to a 1-minimal part of it: delta debugging in stages, then every remaining element taken
 * away once more, alone.
 *
 * Stages go from the coarse to the fine (settings and perturbation atoms, then parts of the prompt, then its tokens), since a probe of
 * many tokens is dear. What one stage leaves can make an element of an earlier one superfluous; the last check goes over all of them,
 * and begins again when it finds one. Only that check makes the result `one-minimal`.
 * @module
 */
import { ddmin } from './ddmin.ts';
import type { ProbeOutcome } from './sequential-probe.ts';

export interface ShrinkElement {
  readonly id: string;
  /** Elements of a lower stage are shrunk first. */
  readonly stage: number;
}

export interface ShrinkOptions<E extends ShrinkElement> {
  /** All different in id; together they are known to show the difference. */
  readonly elements: readonly E[];
  /** Is the difference there with these elements alone? They come in the order of `elements`. */
  readonly probe: (kept: readonly E[]) => Promise<ProbeOutcome>;
  /** Probes that may be made; answers that are known already cost nothing. */
  readonly budget: number;
  readonly onProbe?: (state: { readonly probes: number; readonly kept: number }) => void;
}

export interface Shrunk<E extends ShrinkElement> {
  readonly kept: readonly E[];
  readonly minimality: 'one-minimal' | 'budget-spent';
  readonly probes: number;
  readonly trials: number;
  /** Probes that a noisy target left open; they count as "the difference is gone". */
  readonly undecided: number;
}

class BudgetSpent extends Error {}

export async function shrink<E extends ShrinkElement>(options: ShrinkOptions<E>): Promise<Shrunk<E>> {
  const { elements, budget } = options;
  const known = new Map<string, boolean>();
  const counts = { probes: 0, trials: 0, undecided: 0 };
  let best = elements;
  const fails = async (kept: readonly E[]): Promise<boolean> => {
    const ids = new Set(kept.map(({ id }) => id));
    const ordered = elements.filter(({ id }) => ids.has(id));
    const key = ordered.map(({ id }) => id).join('\n');
    const before = known.get(key);
    if (before !== undefined) return before;
    if (counts.probes >= budget) throw new BudgetSpent();
    const { outcome, trials } = await options.probe(ordered);
    counts.probes++;
    counts.trials += trials;
    if (outcome === 'undecided') counts.undecided++;
    const failed = outcome === 'differs';
    known.set(key, failed);
    if (failed && ordered.length < best.length) best = ordered;
    options.onProbe?.({ probes: counts.probes, kept: best.length });
    return failed;
  };
  try {
    const kept = await minimal(elements, fails);
    return { kept, minimality: 'one-minimal', ...counts };
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    return { kept: best, minimality: 'budget-spent', ...counts };
  }
}

async function minimal<E extends ShrinkElement>(
  elements: readonly E[],
  fails: (kept: readonly E[]) => Promise<boolean>,
): Promise<readonly E[]> {
  let current = elements;
  for (const stage of [...new Set(elements.map((element) => element.stage))].sort((a, b) => a - b)) {
    const others = current.filter((element) => element.stage !== stage);
    const own = current.filter((element) => element.stage === stage);
    current = inOrder(elements, [...others, ...(await ddmin(own, (part) => fails([...others, ...part])))]);
  }
  for (let at = 0; at < current.length;) {
    const without = current.filter((_, index) => index !== at);
    if (await fails(without)) [current, at] = [without, 0];
    else at++;
  }
  return current;
}

function inOrder<E extends ShrinkElement>(elements: readonly E[], kept: readonly E[]): readonly E[] {
  const ids = new Set(kept.map(({ id }) => id));
  return elements.filter(({ id }) => ids.has(id));
}
