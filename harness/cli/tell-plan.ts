/**
 * What a run would do: cost by perturbation, what each check can find, and the units. The output of `plan` and of `run --dry-run`.
 * @module
 */
import { costByPerturbation, planCost, plannedChecks, unitsOfShard, type PlannedCheck } from '../plan/index.ts';
import { plan as planSchema, type Policy } from '../schema/index.ts';
import { clopperPearsonHigh, trialsForZeroFailures } from '../statistics/index.ts';
import type { CliIo } from './io.ts';
import type { Prepared } from './prepare.ts';
import { counted, tableText } from './words.ts';

const CONFIDENCE = 0.95;
const UNITS_SHOWN = 40;
const CASES_SHOWN = 3;

/** A check with what its number of comparisons can show. */
interface PlannedPower extends PlannedCheck {
  /**
   * One number with two readings: a failure rate as high as this is found (one difference at least) with 95 % probability; and when
   * nothing differs, no more than this may still fail (95 %). Null for drift, which is an interval and no rate.
   */
  readonly failureRateFound: number | null;
  /** Comparisons without a difference that a PASS takes under the policy; null for drift, or when no number is enough. */
  readonly comparisonsForPass: number | null;
}

export function tellPlan(prepared: Prepared, { json }: { readonly json?: boolean }, io: CliIo): void {
  const { plan, planInput, shard, config } = prepared;
  const units = shard === null ? plan.units : unitsOfShard(plan.units, shard);
  const totals = planCost({ units });
  const byPerturbation = costByPerturbation(units);
  const checks = plannedChecks(planInput, units).map((check) => withPower(check, config.policy));
  if (json === true) {
    const shown = { ...planSchema.parse(plan), units };
    io.stdout.write(`${JSON.stringify({ ...shown, shard, totals, byPerturbation, checks }, null, 2)}\n`);
    return;
  }
  const { stdout } = io;
  stdout.write(
    tableText(
      ['perturbation', 'units', 'requests', 'tokens'],
      [
        ...byPerturbation.map(({ perturbation, ...cost }) => [perturbation, cost.units, cost.requests, cost.tokens]),
        ['all', totals.units, totals.requests, totals.tokens],
      ],
    ),
  );
  stdout.write(
    `\n${tableText(
      ['check', 'level', 'n', 'finds a rate of', 'for a pass'],
      checks.map((check) => [
        `${check.report}: ${check.axis}`,
        check.level,
        check.failureRateFound === null ? check.cases : check.comparisons,
        check.failureRateFound === null ? '-' : rateText(check.failureRateFound),
        passText(check),
      ]),
    )}`,
  );
  stdout.write(
    '\nn = requests compared (drift: cases). A rate is found with 95 % probability; when\nnothing differs, no more than it may still fail.\n',
  );
  const shownUnits = units.slice(0, UNITS_SHOWN);
  stdout.write(
    `\n${tableText(
      ['unit', 'perturbation', 'levels', 'requests', 'tokens', 'cases'],
      shownUnits.map(({ id, perturbation, levels, cost, caseIds }) => [
        id,
        perturbation,
        levels.length,
        cost.requests,
        cost.tokens,
        caseWords(caseIds),
      ]),
    )}`,
  );
  if (units.length > UNITS_SHOWN) stdout.write(`and ${units.length - UNITS_SHOWN} more: --json lists all\n`);
  const part = shard === null ? '' : `shard ${shard.index} of ${shard.of}: `;
  stdout.write(
    `\n${part}${counted(totals.units, 'unit')}, ${counted(totals.levels, 'level')}, ${counted(totals.requests, 'request')}, ${counted(totals.tokens, 'token')}\nplan ${plan.planSha256}\n`,
  );
}

function withPower(check: PlannedCheck, { maxFailureRate }: Policy): PlannedPower {
  if (check.promise === 'drift' || check.comparisons === 0)
    return { ...check, failureRateFound: null, comparisonsForPass: null };
  const none = { successes: 0, trials: check.comparisons, confidence: CONFIDENCE };
  return {
    ...check,
    failureRateFound: clopperPearsonHigh(none),
    comparisonsForPass: trialsForZeroFailures({ rate: maxFailureRate, confidence: CONFIDENCE }),
  };
}

function passText({ failureRateFound, comparisons, comparisonsForPass }: PlannedPower): string {
  if (failureRateFound === null) return '-';
  if (comparisonsForPass === null) return 'no n is enough';
  return comparisons >= comparisonsForPass ? 'enough' : `needs ${comparisonsForPass}`;
}

const rateText = (rate: number): string => `${(100 * rate).toPrecision(rate < 0.1 ? 2 : 3)} %`;

function caseWords(ids: readonly string[]): string {
  const shown = ids.slice(0, CASES_SHOWN).join(', ');
  return ids.length > CASES_SHOWN ? `${shown} and ${ids.length - CASES_SHOWN} more` : shown;
}
