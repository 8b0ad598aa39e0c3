/**
 * `evenkeel fault-bench`: does the harness find what it claims to find? Seeded faults one at a time, through the protocols that must find
 * them, and benign changes that nothing may flag.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { controls, faults, faultsNotRun, type Trial } from '../../../suites/fault-bench/index.ts';
import { renderFaultBenchHtml } from '../../../reports/index.ts';
import { ConfigError } from '../../ports/index.ts';
import type { FaultBench } from '../../schema/index.ts';
import { EXIT } from '../exit-code.ts';
import { jsonFlag, lanesFlag, nonEmpty, wholeNumber } from '../flags.ts';
import { note, type CliIo } from '../io.ts';
import { counted } from '../words.ts';
import { agendaOf, trialsIn } from './agenda.ts';
import { benchResult } from './result.ts';
import { benchFigure, benchText } from './tell-bench.ts';

const SEEDS_DEFAULT = 20;
const SEEDS_MAX = 1000;
const LANES_DEFAULT = 2;

interface BenchFlags {
  readonly filter?: string;
  readonly seeds: number;
  readonly lanes?: number;
  readonly outputDir?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel fault-bench                       all faults and controls, 20 seeds
  evenkeel fault-bench --filter F1,L1 --seeds 3
  evenkeel fault-bench --output-dir bench    also fault-bench.json, .html and .svg there`;

export function addFaultBenchVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('fault-bench')
    .description('seed known faults into the reference engine and see which the suites find')
    .option('--filter <ids>', 'only these faults and controls, comma-separated', nonEmpty)
    .option(
      '--seeds <count>',
      'checkpoints and prompts to try each fault on; a control has ten runs a seed or more',
      wholeNumber(1, SEEDS_MAX),
      SEEDS_DEFAULT,
    )
    .addOption(lanesFlag())
    .option('--output-dir <folder>', 'write fault-bench.json, its page and its figure there', nonEmpty)
    .addOption(jsonFlag('the result'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BenchFlags) => setExitCode(await faultBench(flags, io)));
}

async function faultBench(flags: BenchFlags, io: CliIo): Promise<number> {
  const ids = chosenIds(flags.filter);
  const abort = new AbortController();
  const stopListening = io.onInterrupt(() => abort.abort());
  try {
    const bench = await run(ids, flags, io, abort.signal);
    if (abort.signal.aborted) return EXIT.interrupted;
    io.stdout.write(flags.json === true ? `${JSON.stringify(bench, null, 2)}\n` : benchText(bench));
    if (flags.outputDir !== undefined) writeResult(bench, resolve(io.cwd, flags.outputDir));
    return bench.outcome === 'pass' ? EXIT.pass : EXIT.failed;
  } finally {
    stopListening();
  }
}

async function run(ids: readonly string[], flags: BenchFlags, io: CliIo, signal: AbortSignal): Promise<FaultBench> {
  // the engine is loaded when it is asked for, so that no other verb waits for it
  const { runLanes } = await import('./lanes.ts');
  const agenda = agendaOf(ids, flags.seeds);
  const trials: Trial[] = [];
  const unclean: FaultBench['unclean'] = [];
  const total = trialsIn(agenda);
  const tenth = Math.max(1, Math.ceil(total / 10));
  const start = io.clock.nowMs();
  note(io, `fault bench: ${counted(total, 'trial')} on ${counted(agenda.length, 'seed')}`);
  await runLanes({
    agenda,
    lanes: flags.lanes ?? Math.min(LANES_DEFAULT, availableParallelism()),
    clock: io.clock,
    signal,
    events: {
      onTrial: (trial) => {
        trials.push(trial);
        if (trials.length % tenth === 0) note(io, `${trials.length} of ${total}`);
      },
      onUnclean: (protocol, seed, why) => void unclean.push({ protocol, seed, why }),
    },
  });
  return benchResult({ ids, seeds: flags.seeds, trials, unclean, ms: Math.max(0, io.clock.nowMs() - start) });
}

function writeResult(bench: FaultBench, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'fault-bench.json'), `${JSON.stringify(bench, null, 2)}\n`);
  writeFileSync(join(folder, 'fault-bench.svg'), benchFigure(bench));
  writeFileSync(join(folder, 'fault-bench.html'), renderFaultBenchHtml(bench));
}

/** Ids of faults and controls that can run. @throws ConfigError for one that does not, with its reason: nothing that ran is no pass */
function chosenIds(filter: string | undefined): string[] {
  const known = [
    ...faults.map(({ id }) => id),
    ...controls.filter(({ protocols }) => protocols.length > 0).map(({ id }) => id),
  ];
  if (filter === undefined) return known;
  const ids = filter.split(',').map((id) => id.trim());
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length === 0) return ids;
  throw new ConfigError([
    {
      code: 'CONFIG_UNKNOWN_FAULT',
      at: '--filter',
      expected: `ids of faults and controls that run: ${known.join(', ')}`,
      got: unknown.join(', '),
      hint: whyNotRun(unknown[0]),
    },
  ]);
}

function whyNotRun(id: string): string {
  const entry = [...faultsNotRun, ...controls].find((one) => one.id === id);
  return entry === undefined || entry.why === null
    ? 'See `evenkeel list faults`.'
    : `${id} does not run: ${entry.why}.`;
}
