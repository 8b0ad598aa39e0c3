/**
 * Leakage, cross-request: do a request's logits or output depend on the CONTENT of other requests, or hold their canaries?
 *
 * Rows are made for `content-independent` levels: the other requests have the same lengths and arrival and other content.
 * A difference is then a leak and not batch variance.
 * @module
 */
import type { Divergence, Leak, LeakageRow, Suite, SuiteInput } from '../../harness/schema/index.ts';
import {
  compare,
  CONFIDENCE,
  countEqual,
  countEvidence,
  divergenceOf,
  fillRows,
  groupByCase,
  shortText,
  type Comparison,
  type OpenRow,
  type RowKey,
  type RowMember,
} from '../pairing/index.ts';
import { clopperPearsonHigh } from '../../harness/statistics/index.ts';
import { searchCanaries, type CanaryHit } from './canaries.ts';
import { lengthProblem } from './equal-lengths.ts';
import { countResidue } from './residue.ts';
import { ownPrefixes, sharedPrefixes } from './shared-prefix.ts';
import { countSideChannels } from './side-channels.ts';

const DIVERGENCES_MAX = 8;
const LEAKS_MAX = 50;

export const leakageSuite: Suite<LeakageRow> = {
  id: 'leakage',
  title: 'Leakage (cross-request)',
  what:
    'Shows whether a request depends on the content of the requests beside or before it, and whether an output holds the ' +
    'canary of another request. It does not show memorisation, membership, contamination of test data, or PII.',
  analyse: (input) =>
    fillRows(
      input,
      ({ promise }) => promise === 'content-independent',
      (key) => openRow(key, input),
    ),
};

function openRow(key: RowKey, input: SuiteInput): OpenRow<LeakageRow> {
  const evidence = countEvidence(key, input.perturbations);
  // The strongest comparison that each pair allows: bits, else tokens, else text.
  const independent = countEqual();
  const cases = groupByCase(() => ({ n: 0, differ: 0 }));
  const canaries = { outputs: 0, planted: 0, foreign: 0 };
  const hits: Divergence[] = [];
  const leaks: Leak[] = [];
  const dependent: Divergence[] = [];
  let tokenDependent = 0;
  const perturbation = input.perturbations.find(({ id }) => id === key.perturbation);
  let prefixes: { requests: number; shared: number; cachedTokens: number } | null = null;
  let own: { requests: number; found: number } | null = null;
  const residue = countResidue();
  const side = countSideChannels();
  const addOwn = (member: RowMember): void => {
    const found = ownPrefixes(member, perturbation);
    if (found === null) return;
    own ??= { requests: 0, found: 0 };
    own.requests += found.requests;
    own.found += found.found;
  };
  const addPrefixes = (member: RowMember): ReadonlySet<string> => {
    const found = sharedPrefixes(member, perturbation);
    if (found === null) return new Set();
    prefixes ??= { requests: 0, shared: 0, cachedTokens: 0 };
    prefixes.requests += found.requests;
    prefixes.shared += found.shared.length;
    prefixes.cachedTokens += found.cachedTokens;
    if (found.unknown > 0)
      evidence.addGap(
        `unit ${member.unit.id}: the target does not tell how many tokens of ${found.unknown} requests came from its cache`,
      );
    return new Set(found.shared.map(({ requestId }) => requestId));
  };
  return {
    add: (member) => {
      evidence.add(member);
      const search = searchCanaries(member);
      canaries.outputs += search.outputs;
      canaries.planted += search.planted;
      canaries.foreign += search.hits.length;
      for (const hit of search.hits) {
        if (hits.length < DIVERGENCES_MAX) hits.push(hitDivergence(member, hit));
        if (leaks.length < LEAKS_MAX) leaks.push(leakOf(member, hit));
      }
      const served = addPrefixes(member);
      addOwn(member);
      residue.add(member.observed);
      side.add(member.observed);
      const confounded = lengthProblem(member);
      if (confounded !== null) evidence.addGap(confounded);
      // canaries count all the same: a foreign one is a leak at any length
      for (const comparison of confounded === null ? member.pairs.map(compare) : []) {
        // what came from the cache is seen by whoever asked, whether or not a bit shows it
        const depends = dependsOnContent(comparison) || served.has(comparison.pair.requestId);
        independent.add(!depends);
        const part = cases.of(comparison.pair.caseId);
        if (part !== null) {
          part.n++;
          if (depends) part.differ++;
        }
        if (dependsInTokens(comparison)) tokenDependent++;
        if (depends && dependent.length < DIVERGENCES_MAX) dependent.push(divergenceOf(comparison, null));
      }
    },
    addGap: evidence.addGap,
    close: () => ({
      ...key,
      meaning: 'cross-request',
      contentDependent: independent.result(),
      tokenDependent,
      canaries: {
        ...canaries,
        failureRateHigh:
          canaries.outputs === 0
            ? null
            : clopperPearsonHigh({
                successes: canaries.foreign,
                trials: canaries.outputs,
                confidence: CONFIDENCE,
              }),
      },
      ...(leaks.length === 0 ? {} : { leaks }),
      ...(prefixes === null ? {} : { sharedPrefix: { ...prefixes, failureRateHigh: rateHigh(prefixes) } }),
      ...(own === null ? {} : { ownPrefix: own }),
      ...residue.row(),
      ...side.row(),
      ...evidence.result(),
      divergences: [...hits, ...dependent].slice(0, DIVERGENCES_MAX),
      byCase: cases.all().map(([caseId, part]) => ({ caseId, ...part })),
    }),
  };
}

function rateHigh({ shared, requests }: { readonly shared: number; readonly requests: number }): number | null {
  return requests === 0 ? null : clopperPearsonHigh({ successes: shared, trials: requests, confidence: CONFIDENCE });
}

function dependsOnContent(comparison: Comparison): boolean {
  return comparison.bitsEqual === false || dependsInTokens(comparison);
}

function dependsInTokens({ tokensEqual, textEqual }: Comparison): boolean {
  return !(tokensEqual ?? textEqual);
}

function leakOf({ unit }: RowMember, { side, request, source }: CanaryHit): Leak {
  const place = (at: CanaryHit['source']): Leak['source'] => ({
    requestId: at.request.requestId,
    side: at.side,
    wave: at.request.wave,
    row: at.request.row,
  });
  return {
    unitId: unit.id,
    caseId: request.caseId,
    source: place(source),
    sink: place({ side, request }),
    cachedTokens: request.cachedTokens ?? request.exchange?.cachedTokens ?? null,
  };
}

/** The output with the hit beside its counterpart; the counterpart's text is empty when the other job has none. */
function hitDivergence({ unit, reference, observed }: RowMember, { side, request }: CanaryHit): Divergence {
  const other = (side === 'level' ? reference : observed).requests.find((one) => one.requestId === request.requestId);
  const [before, after] = side === 'level' ? [other, request] : [request, other];
  return {
    unitId: unit.id,
    caseId: request.caseId,
    requestId: request.requestId,
    firstBitDiff: null,
    firstTokenDiff: null,
    maxAbsLogprobDiff: null,
    referenceText: shortText(before?.text ?? ''),
    levelText: shortText(after?.text ?? ''),
  };
}
