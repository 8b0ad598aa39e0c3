/**
 * Baselines for the tests of comparison and store: units with one request each, and effects by case.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Baseline, BaselineEffect } from '../../harness/schema/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const short = (text: string): string => sha256(text).slice(0, 16);

export interface BaselineSpec {
  /** One unit per request. */
  readonly requests: number;
  readonly firstUnit?: number;
  /** Indices of requests whose output is another one. */
  readonly changed?: readonly number[];
  readonly effects?: readonly BaselineEffect[];
  readonly card?: Readonly<Record<string, string>>;
  readonly fingerprint?: string;
  readonly seed?: string;
}

export function createBaseline(spec: BaselineSpec): Baseline {
  const {
    requests,
    firstUnit = 0,
    changed = [],
    effects = [],
    card = {},
    fingerprint = 'target',
    seed = 'evenkeel',
  } = spec;
  const units = Array.from({ length: requests }, (_, i) => {
    const index = firstUnit + i;
    const text = changed.includes(i) ? `changed ${index}` : `output ${index}`;
    const output = { bits: short(`b${text}`), tokens: short(`t${text}`), text: short(text) };
    const level = { axis: 'repeat', label: 'first time', requests: { [`r${index}`]: output } };
    return [`u-${String(index).padStart(16, '0')}`, { none: level }] as const;
  });
  return {
    planSha256: sha256('plan'),
    casesSha256: sha256('cases'),
    seed,
    target: { id: 'fake', kind: 'fake', fingerprintSha256: sha256(fingerprint), card: { ...card } },
    effects: [...effects],
    units: Object.fromEntries(units),
  };
}

export interface EffectSpec extends Partial<Omit<BaselineEffect, 'cases' | 'value'>> {
  readonly metric: BaselineEffect['metric'];
  /** The value of each case. */
  readonly values: Readonly<Record<string, number>>;
}

export function createEffect({ values, ...change }: EffectSpec): BaselineEffect {
  const numbers = Object.values(values);
  return {
    report: 'drift',
    axis: 'precision',
    level: 'bf16',
    label: 'bfloat16',
    promise: 'drift',
    value: {
      kind: 'measured',
      value: numbers.reduce((total, value) => total + value, 0) / numbers.length,
      low: null,
      high: null,
      n: numbers.length,
    },
    ...change,
    cases: Object.fromEntries(Object.entries(values).map(([caseId, value]) => [caseId, [value, 1]])),
  };
}
