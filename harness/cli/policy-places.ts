/**
 * Do the places of a policy exist? An axis that no perturbation has is a mistyped one and would never be held against anything.
 *
 * An axis of a perturbation that is not in the plan is known: the gate then says that its bound never ran.
 * @module
 */
import { resolve } from 'node:path';
import { perturbations } from '../../perturbations/index.ts';
import { loadPolicy, nearestName } from '../config/index.ts';
import { placeOfKey } from '../gate/index.ts';
import { ConfigError, type Problem } from '../ports/index.ts';
import type { Plan, Policy } from '../schema/index.ts';
import type { CliIo } from './io.ts';

/** Axes that are not named after their perturbation. */
const OTHER_AXES: readonly string[] = ['row-position'];

/** The policy of `--policy`; undefined when the flag was not given. @throws ConfigError with every problem */
export function loadPolicyFlag(
  file: string | undefined,
  plan: Pick<Plan, 'units'> | null,
  { cwd }: Pick<CliIo, 'cwd'>,
): Policy | undefined {
  if (file === undefined) return undefined;
  const path = resolve(cwd, file);
  const policy = loadPolicy(path);
  const problems = policyPlaceProblems(policy, plan);
  if (problems.length > 0) throw new ConfigError(problems, { subject: path });
  return policy;
}

/** Every problem, in the order of the policy. */
export function policyPlaceProblems(policy: Policy, plan: Pick<Plan, 'units'> | null): Problem[] {
  const axes = knownAxes(plan);
  const keys = (['determinism', 'drift', 'leakage'] as const).flatMap((report) =>
    Object.keys(policy[report]).map((key) => ({ at: `policy.${report}`, key, ...placeOfKey(key) })),
  );
  return keys.flatMap(({ at, key, axis, level }) => {
    if (axis === '*') return [];
    if (!axes.has(axis))
      return [unknown(at, key, `an axis, for example ${[...axes].slice(0, 4).join(', ')}`, axis, [...axes])];
    const levels = levelsOf(plan, axis);
    if (level === '*' || levels.length === 0 || levels.includes(level)) return [];
    return [unknown(at, key, `a level of ${axis}: ${levels.join(', ')}`, level, levels)];
  });
}

function unknown(at: string, key: string, expected: string, typed: string, known: readonly string[]): Problem {
  const nearest = nearestName(typed, known);
  return {
    code: 'POLICY_UNKNOWN_PLACE',
    at: `${at}[${JSON.stringify(key)}]`,
    expected,
    got: JSON.stringify(typed),
    hint: nearest === null ? 'See `evenkeel list perturbations`.' : `Did you mean ${JSON.stringify(nearest)}?`,
  };
}

function knownAxes(plan: Pick<Plan, 'units'> | null): ReadonlySet<string> {
  const planned = (plan?.units ?? []).flatMap(({ levels }) => levels.map(({ axis }) => axis));
  const first = planned.map((axis) => axis.split('/', 1)[0]);
  return new Set([...planned, ...first, ...perturbations.map(({ id }) => id), ...OTHER_AXES]);
}

/** Levels with a reference, of an axis or of all axes that begin with it; empty when the plan has none of them. */
function levelsOf(plan: Pick<Plan, 'units'> | null, axis: string): string[] {
  const levels = (plan?.units ?? []).flatMap((unit) => unit.levels);
  const own = levels.filter(
    (level) => level.reference !== null && (level.axis === axis || level.axis.startsWith(`${axis}/`)),
  );
  return [...new Set(own.map(({ id }) => id))];
}
