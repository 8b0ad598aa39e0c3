/**
 * A config as vitest tests: one test for each unit that is executed, then one for each check of the gate. `npx vitest --ui` shows
 * perturbations, levels and failures; the run folder is kept, so that `evenkeel report` opens it.
 * @module
 */
import { afterAll, describe, it } from 'vitest';
import { perturbations } from '../../perturbations/index.ts';
import { prepare, processIo, type PlanFlags, type Prepared } from '../cli/index.ts';
import { plannedChecks, type PlannedCheck } from '../plan/index.ts';
import type { Check, Unit } from '../schema/index.ts';
import { CheckError, failed, undecided } from './judgement.ts';
import { createRunSession, type RunSession } from './run-session.ts';

export interface UnitTestOptions {
  /** Default: the config of the folder, as `evenkeel run` finds it. */
  readonly config?: string;
  /** The folder in which a config is looked for. Default: the process's. */
  readonly cwd?: string;
  /** The first so many cases. */
  readonly limit?: number;
  /** Perturbations by id. */
  readonly filter?: readonly string[];
  /** What a check that cannot decide does to its test. Default: it fails. */
  readonly inconclusive?: 'fail' | 'skip';
  /** For one unit. Default: 10 minutes. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 600_000;
const CASES_NAMED = 3;

/**
 * Registers the tests; call it at the top of a test file and await it.
 *
 * @throws ConfigError with every problem of the config
 */
export async function testUnits(options: UnitTestOptions = {}): Promise<void> {
  const io = { ...processIo(), ...(options.cwd === undefined ? {} : { cwd: options.cwd }) };
  const prepared = await prepare(flagsOf(options), io);
  const session = createRunSession(prepared, io);
  describe(`evenkeel: ${prepared.config.policy.name} on ${prepared.target.id}`, () => {
    afterAll(() => session.close());
    registerUnits(prepared, session, options);
    registerChecks(prepared, session, options);
  });
}

function flagsOf({ config, limit, filter }: UnitTestOptions): PlanFlags {
  return {
    ...(config === undefined ? {} : { config }),
    ...(limit === undefined ? {} : { limit }),
    ...(filter === undefined ? {} : { filter }),
  };
}

function registerUnits({ plan }: Prepared, session: RunSession, { timeoutMs = TIMEOUT_MS }: UnitTestOptions): void {
  for (const [perturbation, units] of grouped(plan.units, (unit) => unit.perturbation))
    describe(titleOf(perturbation), () => {
      for (const unit of units)
        it(unitTitle(unit), { timeout: timeoutMs }, async ({ signal, skip }) => {
          const observation = await session.execute(unit, signal);
          if (observation === null) throw new Error('stopped before it was done');
          const { status, why } = observation;
          if (status === 'error') throw new Error(why ?? 'no reason was recorded');
          if (status === 'unsupported') skip(`unsupported: ${why}`);
        });
    });
}

function registerChecks({ plan, planInput }: Prepared, session: RunSession, options: UnitTestOptions): void {
  const planned = plannedChecks(planInput, plan.units);
  const decide = (checks: readonly Check[], skip: (note: string) => void): void => {
    const broken = failed(checks);
    if (broken.length > 0) throw new CheckError(broken);
    const open = undecided(checks);
    if (open.length === 0) return;
    if (options.inconclusive !== 'skip') throw new CheckError(open);
    skip(open.map(({ reason }) => reason).join(' '));
  };
  describe('gate', () => {
    for (const [report, rows] of grouped(planned, (row) => row.report))
      describe(report, () => {
        for (const row of rows)
          it(`${row.axis} · ${row.label}`, { timeout: TIMEOUT_MS }, async ({ skip }) => {
            const { verdict } = await session.analysis();
            const checks = verdict.checks.filter((check) => isAbout(check, row));
            if (checks.length === 0) skip('measured, not judged: the policy sets no bound here');
            decide(checks, skip);
          });
      });
    it('everything else that is checked', { timeout: TIMEOUT_MS }, async ({ skip }) => {
      const { verdict } = await session.analysis();
      decide(
        verdict.checks.filter((check) => !planned.some((row) => isAbout(check, row))),
        skip,
      );
    });
  });
}

const isAbout = (check: Check, row: PlannedCheck): boolean =>
  check.report === row.report && check.axis === row.axis && check.level === row.level;

const titleOf = (perturbation: string): string =>
  perturbations.find(({ id }) => id === perturbation)?.title ?? perturbation;

function unitTitle({ caseIds, levels, id }: Unit): string {
  const more = caseIds.length > CASES_NAMED ? ` and ${caseIds.length - CASES_NAMED} more` : '';
  const control = levels.filter(({ reference }) => reference === null).length;
  const compared = levels.length - control;
  // the id keeps titles apart: a case may be in several units of a perturbation
  return `${caseIds.slice(0, CASES_NAMED).join(', ')}${more}: ${compared} ${compared === 1 ? 'level' : 'levels'} (${id})`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
