/**
 * Checks that come from the policy alone: bounds that met no row, and lines of the serving card that must be known.
 * @module
 */
import type { CardEntry, Findings, Policy, ReportKind } from '../../schema/index.ts';
import { keyMatches, placeOfKey, type Place } from '../bounds.ts';
import type { Draft } from '../families.ts';

/** A bound that nothing was held against is not a bound that was kept. */
export function unmetBoundDrafts(findings: Findings, policy: Policy): Draft[] {
  const judged = findings.determinism.filter(({ promise }) => promise === 'bit-equal');
  return [
    ...unmet('determinism', Object.keys(policy.determinism), judged, findings.determinism),
    ...unmet('drift', Object.keys(policy.drift), findings.drift, findings.drift),
    ...unmet('leakage', Object.keys(policy.leakage), findings.leakage, findings.leakage),
  ];
}

function unmet(report: ReportKind, keys: readonly string[], judged: readonly Place[], all: readonly Place[]): Draft[] {
  return keys
    .filter((key) => !judged.some((row) => keyMatches(key, row)))
    .map((key) => {
      const owesNothing = all.some((row) => keyMatches(key, row));
      const why = owesNothing
        ? 'the levels there owe no equality and are measured as drift'
        : 'no level of the plan has this place';
      return {
        place: { report, ...placeOfKey(key), metric: 'bound', rule: `the bound of ${key} is held against something` },
        test: null,
        judge: () => ({
          observed: 'never ran',
          outcome: 'inconclusive' as const,
          reason: `The bound of ${key} in the ${report} policy judged nothing: ${why}.`,
          comparisonsNeeded: null,
        }),
      };
    });
}

/** Names are compared without case and separators: `kv_cache_dtype` is `KV cache dtype`. */
export function cardDrafts(card: readonly CardEntry[], policy: Policy): Draft[] {
  return Object.entries(policy.card).map(([name, wanted]) => {
    const entry = card.find((one) => plainName(one.name) === plainName(name));
    const rule = wanted === 'observed' ? `${name} observed` : `${name} observed or declared`;
    const met = entry !== undefined && (entry.source === 'observed' || entry.source === wanted);
    const names = card.map((one) => one.name).join(', ');
    return {
      place: { report: 'serving-card', axis: name, level: '*', metric: 'source', rule },
      test: null,
      judge: () => ({
        observed: entry === undefined ? 'not on the card' : `${entry.value} (${entry.source})`,
        outcome: met ? ('pass' as const) : ('fail' as const),
        reason:
          entry === undefined
            ? `The serving card has no line ${name}; it has ${names === '' ? 'none' : names}.`
            : met
              ? `${entry.name} is ${entry.value} (${entry.source}).`
              : `${entry.name} is ${entry.source}; the policy asks for ${rule}.`,
        comparisonsNeeded: null,
      }),
    };
  });
}

const plainName = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, '');
