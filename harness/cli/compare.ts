/**
 * `evenkeel compare <base> <head>`: two stored results, paired, without a model. Writes nothing.
 *
 * The exit code is that of `evenkeel gate <head> --baseline <base>`: one result, one code.
 * @module
 */
import type { Command } from 'commander';
import { compare, judge } from '../gate/index.ts';
import { createRng } from '../ports/index.ts';
import {
  policy as policySchema,
  SCHEMA_VERSION,
  type Comparison,
  type Findings,
  type StoredBaseline,
  type Verdict,
} from '../schema/index.ts';
import { analyse, COMPARISON_SEED, todayOf } from './analyse.ts';
import { wantsColour } from './colour.ts';
import { findResult } from './find-baseline.ts';
import { configFlag, jsonFlag, noColourFlag, policyFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { loadPolicyFlag } from './policy-places.ts';
import { verdictLines } from './tell-checks.ts';
import { comparisonLines } from './tell-comparison.ts';
import { gateCode, tellNextStep, type ResultFlags } from './tell-result.ts';

interface CompareFlags extends ResultFlags {
  readonly config?: string;
  readonly policy?: string;
}

const EXAMPLES = `
Examples:
  evenkeel compare main latest               the latest run against a saved baseline
  evenkeel compare 20261124-041600-3fa2b1 latest
  evenkeel compare old.json#main new.json#main
  evenkeel compare main latest --json | jq '.comparison.effects[0]'

A result is a name in evenkeel.baseline.json, a baseline file, a run id, the path
of a run folder, or "latest". Requests and cases that both have are compared in
pairs; what only one side has is told and not compared.
The exit code is that of: evenkeel gate <head> --baseline <base>`;

export function addCompareVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('compare')
    .alias('diff')
    .argument('<base>', 'what it was')
    .argument('<head>', 'what it is now')
    .description('compare two stored results; no model is needed')
    .addOption(configFlag())
    .addOption(policyFlag())
    .addOption(jsonFlag('comparison and verdict'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide')
    .addHelpText('after', EXAMPLES)
    .action(async (base: string, head: string, flags: CompareFlags) => {
      const { comparison, verdict } = await compareVerb(base, head, flags, io);
      if (flags.json === true) io.stdout.write(`${JSON.stringify({ comparison, verdict }, null, 2)}\n`);
      else {
        const style = { colour: wantsColour(io, io.stdout, flags.color), columns: io.stdout.columns };
        const lines = [...comparisonLines(comparison, verdict, style), ...verdictLines(verdict, style)];
        io.stdout.write(`${lines.join('\n')}\n`);
      }
      tellNextStep(verdict, io);
      setExitCode(gateCode({ verdict }, flags));
    });
}

async function compareVerb(
  base: string,
  head: string,
  flags: CompareFlags,
  io: CliIo,
): Promise<{ comparison: Comparison; verdict: Verdict }> {
  const { config } = flags;
  const before = await loadBaseline(base, config, io);
  const found = await findResult({ wanted: head, config }, io);
  const today = todayOf(io);
  if (found.kind === 'run') {
    const policy = loadPolicyFlag(flags.policy, found.run.plan, io);
    const { comparison, verdict } = await analyse(found.run, { today, policy, baseline: before });
    if (comparison === null) throw new RangeError('analyse was given a baseline and compared nothing');
    return { comparison, verdict };
  }
  const comparison = compare({ base: before, head: found.stored, rng: createRng(COMPARISON_SEED) });
  const policy = loadPolicyFlag(flags.policy, null, io) ?? policySchema.parse({});
  const verdict = judge({ findings: NO_FINDINGS, policy, planComplete: true, comparison, card: [], today });
  return { comparison, verdict };
}

/** Two baselines are compared: there are no findings to judge beside. */
const NO_FINDINGS: Findings = {
  schemaVersion: SCHEMA_VERSION,
  unitsPlanned: 0,
  unitsObserved: 0,
  partial: null,
  executions: { kind: 'not-measured', why: 'a baseline holds no log' },
  retried: { kind: 'not-measured', why: 'a baseline holds no log' },
  missing: [],
  unsupported: [],
  determinism: [],
  drift: [],
  leakage: [],
};

/** A baseline by name or path; a run is made one. */
export async function loadBaseline(wanted: string, config: string | undefined, io: CliIo): Promise<StoredBaseline> {
  const found = await findResult({ wanted, config }, io);
  if (found.kind === 'baseline') return found.stored;
  const { snapshot } = await analyse(found.run, { today: todayOf(io) });
  return { schemaVersion: SCHEMA_VERSION, name: `run ${found.run.id}`, baseline: snapshot() };
}
