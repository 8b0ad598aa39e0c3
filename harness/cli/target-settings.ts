/**
 * Settings of the embedded engine that are not its defaults: factors of a diagnosis, as a perturbation's atoms are.
 * @module
 */
import { perturbationOptions } from '../../perturbations/index.ts';
import { resolveConfig, type TargetConfig } from '../config/index.ts';
import { STAGE, type PairElement } from '../diagnose/index.ts';
import { canonicalJson } from '../plan/index.ts';

/** What a setting may change; who the model is, and how many lanes there are, is none. */
const NAMES = ['fault', 'splitPolicy', 'mhcSplitK', 'keyBlock', 'chunkSize', 'precision', 'maxBatch'] as const;
type SettingName = (typeof NAMES)[number];

const settingId = (name: SettingName): string => `setting:${name}`;

export function settingElements(config: TargetConfig): PairElement[] {
  if (config.kind !== 'reference-engine') return [];
  const defaults = engineDefaults();
  return NAMES.filter((name) => canonicalJson(config[name]) !== canonicalJson(defaults[name])).map((name) => ({
    id: settingId(name),
    kind: 'setting',
    label: `${name} ${wordsOf(config[name])}`,
    stage: STAGE.factor,
    factor: settingId(name),
  }));
}

/** The target with only the settings that are kept; the others are at their defaults. */
export function withSettings(config: TargetConfig, kept: ReadonlySet<string>): TargetConfig {
  if (config.kind !== 'reference-engine') return config;
  const defaults = engineDefaults();
  const gone = settingElements(config).filter(({ id }) => !kept.has(id));
  const names = NAMES.filter((name) => gone.some(({ id }) => id === settingId(name)));
  return { ...config, ...Object.fromEntries(names.map((name) => [name, defaults[name]])) };
}

function engineDefaults(): Extract<TargetConfig, { kind: 'reference-engine' }> {
  const raw = { target: { kind: 'reference-engine' }, cases: 'none', perturbations: { repeat: {} } };
  const { target } = resolveConfig(raw, { perturbationOptions });
  if (target.kind !== 'reference-engine') throw new Error('invariant: a reference engine resolves to one');
  return target;
}

function wordsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).join(' ');
}
