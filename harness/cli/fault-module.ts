/**
 * The module of a seeded fault, by the fault's name.
 * @module
 */
import { faults } from '../../suites/fault-bench/index.ts';
import { nearestName } from '../config/index.ts';
import type { Problem } from '../ports/index.ts';

/** @returns the module's URL, or null: no fault, or an unknown one, which is added to the problems */
export function faultModule(fault: string | null, at: string, problems: Problem[]): string | null {
  if (fault === null) return null;
  const entry = faults.find(({ name }) => name === fault);
  if (entry !== undefined) return entry.moduleUrl;
  const known = faults.map(({ name }) => name);
  const nearest = nearestName(fault, known);
  problems.push({
    code: 'CONFIG_UNKNOWN_FAULT',
    at,
    expected: `one of ${known.join(', ')}`,
    got: JSON.stringify(fault),
    hint: nearest === null ? 'See `evenkeel list faults`.' : `Did you mean "${nearest}"?`,
  });
  return null;
}
