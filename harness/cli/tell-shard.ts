/**
 * The end of a shard: its own failures and differences, as measured. No verdict: how often something may differ by chance is a matter
 * of the whole family of checks, so the gate speaks once, after `evenkeel merge`.
 * @module
 */
import type { DeterminismRow, Findings, LeakageRow, Shard } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import { findingsOf } from './analyse.ts';
import { EXIT } from './exit-code.ts';
import { note, type CliIo } from './io.ts';
import { counted, tableText } from './words.ts';

interface Difference {
  readonly report: 'determinism' | 'leakage';
  readonly axis: string;
  readonly level: string;
  readonly compared: number;
  readonly different: number;
  /** What differs, for example `bits`. */
  readonly what: string;
}

/** @returns 0 when every unit of the shard was measured or is not supported by the target, else 3 */
export async function tellShard(
  run: RunFolder,
  shard: Shard,
  { json }: { readonly json?: boolean },
  io: CliIo,
): Promise<number> {
  const { findings } = await findingsOf(run);
  const differences = differencesOf(findings);
  const unsupported = findings.unsupported.length;
  const failed = findings.missing.length;
  if (json === true) {
    const { unitsPlanned: planned, unitsObserved: observed, retried, executions } = findings;
    io.stdout.write(
      `${JSON.stringify({ runId: run.id, directory: run.directory, shard, units: { planned, observed, missing: findings.missing, unsupported: findings.unsupported }, retried, executions, differences }, null, 2)}\n`,
    );
  } else {
    const rest = [unsupported > 0 ? `${unsupported} unsupported` : '', failed > 0 ? `${failed} failed` : ''];
    io.stdout.write(
      `shard ${shard.index} of ${shard.of}: ${[`${findings.unitsObserved} of ${counted(findings.unitsPlanned, 'unit')} measured`, ...rest.filter((text) => text !== '')].join(', ')}\n`,
    );
    if (differences.length > 0)
      io.stdout.write(
        tableText(
          ['report', 'axis', 'level', 'different', 'compared', 'in'],
          differences.map(({ report, axis, level, different, compared, what }) => [
            report,
            axis,
            level,
            different,
            compared,
            what,
          ]),
        ),
      );
    io.stdout.write(
      differences.length > 0
        ? 'Differences where none are owed. The verdict comes with the merge of all shards.\n'
        : 'No differences where equality is owed. The verdict comes with the merge of all shards.\n',
    );
  }
  note(io, `${run.directory}\nJoin all ${shard.of} shards with: evenkeel merge <folders>`);
  return failed > 0 ? EXIT.incomplete : EXIT.pass;
}

function differencesOf({ determinism, leakage }: Findings): Difference[] {
  return [
    ...determinism.filter(({ promise }) => promise === 'bit-equal').flatMap(unequalRow),
    ...leakage.flatMap(leak),
  ];
}

function unequalRow({ axis, level, bits, tokens, text }: DeterminismRow): Difference[] {
  const equality =
    'equal' in bits
      ? ([bits, 'bits'] as const)
      : tokens.n > 0
        ? ([tokens, 'tokens'] as const)
        : ([text, 'text'] as const);
  const [{ n, equal }, what] = equality;
  return n > equal ? [{ report: 'determinism', axis, level, compared: n, different: n - equal, what }] : [];
}

function leak({ axis, level, contentDependent, canaries }: LeakageRow): Difference[] {
  const { n, equal } = contentDependent;
  const place = { report: 'leakage', axis, level } as const;
  return [
    ...(n > equal ? [{ ...place, compared: n, different: n - equal, what: "others' content" }] : []),
    ...(canaries.foreign > 0
      ? [{ ...place, compared: canaries.outputs, different: canaries.foreign, what: 'foreign canaries' }]
      : []),
  ];
}
