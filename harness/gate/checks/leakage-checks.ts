/**
 * Checks of the leakage report: any dependence on the content of other requests and any foreign canary fails.
 * @module
 */
import type { LeakageRow, Policy } from '../../schema/index.ts';
import { leakageBoundOf } from '../bounds.ts';
import type { Draft, Judgement } from '../families.ts';
import { percent } from '../words.ts';
import { judgeNeverDiffers } from './failure-rate.ts';

export function leakageDrafts(rows: readonly LeakageRow[], policy: Policy): Draft[] {
  return rows.flatMap((row) => {
    const { maxFailureRate, maxCanaryRate } = leakageBoundOf(policy, row);
    const content = contentDraft(row, maxFailureRate);
    // A level without canaries makes no statement about them.
    return [
      content,
      ...(row.canaries.outputs === 0 ? [] : [canaryDraft(row, maxCanaryRate)]),
      ...(row.sharedPrefix === undefined ? [] : [prefixDraft(row, row.sharedPrefix, maxFailureRate)]),
      ...(row.ownPrefix === undefined ? [] : [ownPrefixDraft(row, row.ownPrefix)]),
      ...(row.residue === undefined ? [] : [residueDraft(row, row.residue), spillDraft(row, row.residue)]),
      ...(row.sideChannels === undefined ? [] : [sideChannelDraft(row, row.sideChannels)]),
    ];
  });
}

function contentDraft(row: LeakageRow, maxFailureRate: number): Draft {
  const { axis, level, evidenceProblem, tokenDependent, contentDependent } = row;
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'content independence',
      rule: `no dependence on the content of other requests, failure rate <= ${percent(maxFailureRate)}`,
    },
    test: null,
    judge: () =>
      judgeNeverDiffers({
        equality: contentDependent,
        inWhat: 'when only the content of other requests changes',
        noun: 'comparison',
        evidenceProblem,
        maxFailureRate,
        caveat: contentDependent.equal < contentDependent.n ? `${tokenDependent} of them differ in tokens.` : '',
      }),
  };
}

function canaryDraft(row: LeakageRow, maxFailureRate: number): Draft {
  const { axis, level, evidenceProblem } = row;
  const { outputs, foreign, failureRateHigh } = row.canaries;
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'foreign canaries',
      rule: `no output holds the canary of another request, rate <= ${percent(maxFailureRate)}`,
    },
    test: null,
    judge: () => ({
      ...judgeNeverDiffers({
        equality: { equal: outputs - foreign, n: outputs, failureRateHigh },
        inWhat: '',
        noun: 'output',
        evidenceProblem,
        maxFailureRate,
        caveat: '',
      }),
      ...(foreign > 0 && {
        observed: `${foreign} of ${outputs} outputs hold a foreign canary`,
        reason: `${foreign} of ${outputs} outputs hold the canary of another request; one is a leak.`,
      }),
    }),
  };
}

function prefixDraft(
  { axis, level, evidenceProblem }: LeakageRow,
  { requests, shared, cachedTokens, failureRateHigh }: NonNullable<LeakageRow['sharedPrefix']>,
  maxFailureRate: number,
): Draft {
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'prefix isolation',
      rule: `nothing from the cache of others, rate <= ${percent(maxFailureRate)}`,
    },
    test: null,
    judge: () => ({
      ...judgeNeverDiffers({
        equality: { equal: requests - shared, n: requests, failureRateHigh },
        inWhat: '',
        noun: 'request',
        evidenceProblem,
        maxFailureRate,
        caveat: '',
      }),
      ...(shared > 0 && {
        observed: `${shared} of ${requests} requests got ${cachedTokens} tokens from the cache of others`,
        reason: `${shared} of ${requests} requests got tokens from the cache of others (${cachedTokens} in all); one is a leak.`,
      }),
    }),
  };
}

/** The hit floor: what an earlier session has written for its owner, and a later one does not find, is a key that does not last. */
function ownPrefixDraft(
  { axis, level, evidence }: LeakageRow,
  { requests, found }: NonNullable<LeakageRow['ownPrefix']>,
): Draft {
  const kept = evidence['keptWritten'] ?? 0;
  const observed = `${found} of ${requests} owners found their own prefix`;
  const judgement = exactly(observed);
  return {
    place: { report: 'leakage', axis, level, metric: 'own prefix kept', rule: 'what was kept is found by its owner' },
    test: null,
    judge: () => {
      if (requests === 0 || kept === 0)
        return judgement('inconclusive', 'No session has kept anything for a later one.');
      return found < requests
        ? judgement('fail', `${kept} objects were kept, and ${requests - found} of ${requests} owners found nothing.`)
        : judgement('pass', `All ${requests} owners found what an earlier session had kept.`);
    },
  };
}

type Residue = NonNullable<LeakageRow['residue']>;

/** Exact: one match is a residue. A search that has found nothing before the close has shown nothing. */
function residueDraft({ axis, level }: LeakageRow, { patterns, foundBefore, found, bytes }: Residue): Draft {
  const observed = `${found} matches of ${patterns} patterns in ${bytes} bytes; ${foundBefore} were there before`;
  const judgement = exactly(observed);
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'residue after close',
      rule: 'nothing of a request outlives its session',
    },
    test: null,
    judge: () => {
      if (found > 0)
        return judgement('fail', `${found} patterns of a request were found after its session was closed.`);
      return foundBefore === 0
        ? judgement('inconclusive', 'The search found nothing before the close either: it is not shown that it can.')
        : judgement('pass', `${foundBefore} of ${patterns} patterns were found before the close, and none after it.`);
    },
  };
}

/** Files of the cold tier: closed to others, unreadable without the key, and gone with their session. */
function spillDraft({ axis, level }: LeakageRow, { filesBefore, filesReadable, filesLeft }: Residue): Draft {
  const observed = `${filesReadable} of ${filesBefore} files readable, ${filesLeft} left after the close`;
  const judgement = exactly(observed);
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'spill at rest',
      rule: 'files are mode 0600, encrypted, and end with their session',
    },
    test: null,
    judge: () => {
      if (filesReadable + filesLeft > 0)
        return judgement(
          'fail',
          `${filesReadable} files can be read without the key, and ${filesLeft} are left after the close.`,
        );
      return filesBefore === 0
        ? judgement('inconclusive', 'No page went to a file.')
        : judgement('pass', `All ${filesBefore} files were closed to others, encrypted, and removed.`);
    },
  };
}

/** Exact: one body with a canary of others is a leak. A search that does not find what is planted, or has read no error, has shown nothing. */
function sideChannelDraft(
  { axis, level }: LeakageRow,
  { bodies, errors, unanswered, planted, plantedFound, found }: NonNullable<LeakageRow['sideChannels']>,
): Draft {
  const observed = `${found} of ${bodies} bodies hold a canary of others; ${errors} are errors`;
  const judgement = exactly(observed);
  return {
    place: {
      report: 'leakage',
      axis,
      level,
      metric: 'side channels',
      rule: 'no error body and no side route holds the canary of another request',
    },
    test: null,
    judge: () => {
      if (found > 0)
        return judgement(
          'fail',
          `${found} of ${bodies} error bodies and side routes hold the canary of another request.`,
        );
      if (planted === 0 || plantedFound < planted)
        return judgement(
          'inconclusive',
          `The search found ${plantedFound} of ${planted} planted canaries: it is not shown that it can.`,
        );
      if (errors === 0)
        return judgement('inconclusive', `No error was provoked; ${unanswered} requests had no answer.`);
      return judgement(
        'pass',
        `${bodies} bodies, ${errors} of them errors, hold no canary; all ${planted} planted ones were found.`,
      );
    },
  };
}

/** Of a count that is exact: no number of comparisons would decide it better. */
const exactly =
  (observed: string) =>
  (outcome: Judgement['outcome'], reason: string): Judgement => ({
    observed,
    outcome,
    reason,
    comparisonsNeeded: null,
  });
