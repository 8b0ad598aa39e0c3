/**
 * A policy of its own file, JSON or YAML: the same keys as `policy` in the configuration, and it replaces that section as a whole.
 * @module
 */
import { ConfigError } from '../ports/index.ts';
import { policy, type Policy } from '../schema/index.ts';
import { parseWith } from './problems.ts';
import { readDataFile } from './read.ts';

/**
 * @param path - absolute
 * @throws ConfigError when it is not found, cannot be parsed, or has problems (then: all of them)
 */
export function loadPolicy(path: string): Policy {
  const raw = readDataFile(path, { codePrefix: 'POLICY', name: path }) ?? {};
  const parsed = parseWith(policy, raw, { rootName: 'policy', codePrefix: 'POLICY' });
  if (parsed.kind === 'ok') return parsed.value;
  throw new ConfigError(parsed.problems, { subject: path });
}
