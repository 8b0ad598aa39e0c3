/**
 * Waivers: a check that fails or cannot decide does not count while somebody answers for it, with a reason and a last day.
 *
 * The outcome of the check stays what it is; an expired waiver does not count and is named; missing units cannot be waived.
 * @module
 */
import type { Check, Waiver, WaiverUse } from '../schema/index.ts';

/** @param today - `YYYY-MM-DD`; an argument, since the gate has no clock */
export function applyWaivers(
  checks: readonly Check[],
  waivers: readonly Waiver[],
  today: string,
): { readonly checks: Check[]; readonly waivers: WaiverUse[] } {
  const used = new Set<number>();
  const applied = checks.map((check) => {
    if (check.outcome !== 'fail' && check.outcome !== 'inconclusive') return check;
    const index = waivers.findIndex((waiver) => covers(waiver, check) && !isExpired(waiver, today));
    if (index >= 0) {
      used.add(index);
      return { ...check, waivedBy: index };
    }
    const expired = waivers.find((waiver) => covers(waiver, check));
    if (expired === undefined) return check;
    return { ...check, reason: `${check.reason} A waiver of ${expired.owner} expired on ${expired.expires}.` };
  });
  return {
    checks: applied,
    waivers: waivers.map((waiver, index) => ({
      ...waiver,
      state: isExpired(waiver, today) ? 'expired' : used.has(index) ? 'active' : 'unused',
    })),
  };
}

function covers(waiver: Waiver, check: Check): boolean {
  return (
    waiver.report === check.report &&
    waiver.axis === check.axis &&
    (waiver.level === undefined || waiver.level === check.level) &&
    (waiver.metric === undefined || waiver.metric === check.metric)
  );
}

/** Dates of this form are in order as texts. */
const isExpired = ({ expires }: Waiver, today: string): boolean => expires < today;
