/**
 * What counters must show. A counter that the target does not report is a problem too: no proof, no PASS.
 * @module
 */

type Counters = Readonly<Record<string, number>>;

/** The problem in words when a counter is absent or below `least`; else null. */
export function counterProblem(
  counters: Counters,
  need: { readonly name: string; readonly least: number; readonly why: string },
): string | null {
  const value = counters[need.name];
  if (value === undefined) return `The target does not report ${need.name}, so it is not shown that ${need.why}.`;
  if (value < need.least)
    return `${need.name} is ${value} and should be at least ${need.least}: it is not shown that ${need.why}.`;
  return null;
}
