/**
 * From everything that two sides differ in to a 1-minimal part of it: delta debugging in stages, then every remaining element taken
 * away once more, alone.
 *
 * Stages go from the coarse to the fine (settings and perturbation atoms, then parts of the prompt, then its tokens), since a probe of
 * many tokens is dear. The first stage says what is to blame, and a later one must not change that: a prompt whose head was taken
 * away may behave as a cut one does, and the cut would look innocent. So a piece may go only while every element of the first stage
 * stays needed. `one-minimal` means: without any single element of the first stage the difference is gone; without any single other
 * one it is gone, or is another one.
 * @module
 */
import { ddmin } from './ddmin.ts';
import type { ProbeOutcome } from './sequential-probe.ts';

export interface ShrinkElement {
  readonly id: string;
  /** Elements of a lower stage are shrunk first. */
  readonly stage: number;
  /** Id of the element that this one is a piece of: without it there is no piece. */
  readonly within?: string;
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
    const ordered = inOrder(elements, kept);
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
    options.onProbe?.({ probes: counts.probes, kept: best.length });
    return failed;
  };
  const onAccepted = (kept: readonly E[]): void => {
    if (kept.length < best.length) best = kept;
  };
  try {
    const kept = await minimal(elements, fails, onAccepted);
    return { kept, minimality: 'one-minimal', ...counts };
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    return { kept: best, minimality: 'budget-spent', ...counts };
  }
}

type Fails<E> = (kept: readonly E[]) => Promise<boolean>;

async function minimal<E extends ShrinkElement>(
  elements: readonly E[],
  fails: Fails<E>,
  onAccepted: (kept: readonly E[]) => void,
): Promise<readonly E[]> {
  const stages = [...new Set(elements.map((element) => element.stage))].sort((a, b) => a - b);
  const accepts = async (kept: readonly E[], stage: number): Promise<boolean> => {
    const ordered = inOrder(elements, kept);
    const accepted = (await fails(ordered)) && (stage === stages[0] || (await allNeeded(ordered, stages[0], fails)));
    if (accepted) onAccepted(ordered);
    return accepted;
  };
  let current = elements;
  for (const stage of stages) {
    const others = current.filter((element) => element.stage !== stage);
    const own = current.filter((element) => element.stage === stage);
    const left = await ddmin(own, (part) => accepts([...others, ...part], stage));
    current = inOrder(elements, [...others, ...left]);
  }
  for (let at = 0; at < current.length;) {
    const without = inOrder(
      elements,
      current.filter((_, index) => index !== at),
    );
    if (await accepts(without, current[at].stage)) [current, at] = [without, 0];
    else at++;
  }
  return current;
}

/** Is the difference gone without any single element of the stage? */
async function allNeeded<E extends ShrinkElement>(
  kept: readonly E[],
  stage: number,
  fails: Fails<E>,
): Promise<boolean> {
  for (const one of kept) if (one.stage === stage && (await fails(kept.filter((other) => other !== one)))) return false;
  return true;
}

/** As they were given, without pieces of what is not there. */
function inOrder<E extends ShrinkElement>(elements: readonly E[], kept: readonly E[]): readonly E[] {
  const ids = new Set(kept.map(({ id }) => id));
  return elements.filter(({ id, within }) => ids.has(id) && (within === undefined || ids.has(within)));
}
