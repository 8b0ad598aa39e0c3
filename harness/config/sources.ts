/**
 * Where each value of a resolved configuration came from: a flag, a variable, the file, or a default.
 * @module
 */
import { CONFIG_VARIABLES } from './environment.ts';
import type { ResolvedConfig } from './config-schema.ts';
import { pathText } from './problems.ts';

export type SourceKind = 'flag' | 'environment' | 'file' | 'default';

export interface SourcedValue {
  /** `target.lanes` */
  readonly key: string;
  readonly value: unknown;
  readonly source: SourceKind;
  /** `--seed`, `EVENKEEL_SEED`, `file` or `default`. */
  readonly from: string;
}

export interface SourceLayers {
  readonly flags: unknown;
  readonly environment: unknown;
  readonly file: unknown;
}

/** Every value in the order of the configuration; a list is one value, an empty mapping too. */
export function sourcedValues(config: ResolvedConfig, layers: SourceLayers): SourcedValue[] {
  const order: readonly (readonly [SourceKind, unknown])[] = [
    ['flag', layers.flags],
    ['environment', layers.environment],
    ['file', layers.file],
  ];
  const found: SourcedValue[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    const entries = isMapping(value) ? Object.entries(value) : [];
    if (entries.length > 0 && isMapping(value)) {
      for (const [key, inner] of entries) walk(inner, [...path, key]);
      return;
    }
    const source = order.find(([, layer]) => has(layer, path))?.[0] ?? 'default';
    const key = pathText(path);
    found.push({ key, value, source, from: fromText(source, key) });
  };
  walk(config, []);
  return found;
}

function fromText(source: SourceKind, key: string): string {
  const variable = CONFIG_VARIABLES.find((one) => one.key === key);
  if (source === 'flag') return variable?.flag ?? 'flag';
  return source === 'environment' ? (variable?.name ?? 'environment') : source;
}

/** Whether a layer says something at a path; a flag that was not given is there as undefined. */
function has(layer: unknown, path: readonly string[]): boolean {
  let value = layer;
  for (const key of path) {
    if (!isMapping(value) || !Object.hasOwn(value, key)) return false;
    value = value[key];
  }
  return value !== undefined;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
