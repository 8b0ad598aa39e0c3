/**
 * `evenkeel export`: the observations and findings of a run as tables, CSV or Parquet.
 *
 * It converts and does not judge: the exit code says whether the files were written, the gate's answer is the table `checks`.
 * @module
 */
import { statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { exportTables, renderCsv, renderParquet, type ExportSource, type Table } from '../../reports/index.ts';
import { ConfigError } from '../ports/index.ts';
import { writeFileAtomic, type RunFolder } from '../store/index.ts';
import { analyse, findingsOf, todayOf } from './analyse.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { tableText } from './words.ts';

const FORMATS = ['csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];
const RENDERERS = { csv: renderCsv, parquet: renderParquet } as const;
const TABLE_NAMES: readonly string[] = exportTables.map(({ name }) => name);
/** Folder inside the run folder. */
const FOLDER_DEFAULT = 'export';

interface ExportFlags {
  readonly config?: string;
  readonly format?: Format;
  readonly table?: readonly string[];
  readonly output?: string;
  readonly withOutputs?: boolean;
  readonly json?: boolean;
}

interface Written {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly path: string;
}

const EXAMPLES = `
Examples:
  evenkeel export                                   all tables of the latest run, CSV, in its folder
  evenkeel export latest --format parquet -o data   all tables as data/<table>.parquet
  evenkeel export --table findings -o findings.csv
  evenkeel export --table observations,tokens --with-outputs

Outputs of the model (texts, token ids, canaries) are left out unless --with-outputs asks for them;
their digests are there. Columns and metrics: docs/export.md.
The exit code says whether the files were written; for the gate's answer see evenkeel gate.`;

export function addExportVerb(program: Command, io: CliIo): void {
  program
    .command('export')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('write observations and findings as tables, CSV or Parquet')
    .addOption(configFlag())
    .addOption(
      new Option('--format <format>', 'format of the files (default: by the name given with -o, else csv)').choices(
        FORMATS,
      ),
    )
    .option('--table <names>', `tables, comma-separated (default: all of ${TABLE_NAMES.join(', ')})`, tableList)
    .option('-o, --output <path>', 'file of one table (.csv, .parquet), or a folder (default: export/ of the run)')
    .option('--with-outputs', 'with the texts and tokens that the model produced')
    .addOption(jsonFlag('what was written'))
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: ExportFlags) => {
      const places = placesOf(flags, io);
      const { config, withOutputs = false, json = false } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const tables = exportTables
        .filter(({ name }) => flags.table?.includes(name) ?? true)
        .map((table) => table.select({ withOutputs }));
      const source = await sourceOf(run, tables, io);
      const written = tables.map((table) => write(table, source, places, join(run.directory, FOLDER_DEFAULT)));
      if (json) io.stdout.write(`${JSON.stringify(written, null, 2)}\n`);
      else
        io.stdout.write(
          tableText(
            ['table', 'rows', 'bytes', 'file'],
            written.map(({ table, rows, bytes, path }) => [table, rows, bytes, path]),
          ),
        );
    });
}

interface Places {
  readonly format: Format;
  /** Null = the folder of the run. */
  readonly folder: string | null;
  /** Of the only table. */
  readonly file: string | null;
}

/** @throws ConfigError when name, format and number of tables do not go together */
function placesOf({ output, format, table }: ExportFlags, io: Pick<CliIo, 'cwd'>): Places {
  if (output === undefined) return { format: format ?? 'csv', folder: null, file: null };
  const path = resolve(io.cwd, output);
  const named = FORMATS.find((one) => extname(output).toLowerCase() === `.${one}`);
  if (named === undefined) return { format: format ?? 'csv', folder: path, file: null };
  if (format !== undefined && format !== named)
    throw new ConfigError({
      code: 'EXPORT_FORMAT',
      at: '--format',
      expected: `${named}, as the file name ${output} says`,
      got: format,
      hint: 'Leave --format away, or give the file another name.',
    });
  if (table?.length !== 1)
    throw new ConfigError({
      code: 'EXPORT_ONE_FILE',
      at: '--output',
      expected: 'one --table for one file, or a folder',
      got: table === undefined ? `all ${TABLE_NAMES.length} tables` : table.join(', '),
      hint: `For example --table findings -o ${output}, or -o folder.`,
    });
  return { format: named, folder: null, file: path };
}

/** What the tables ask for, and no analysis where none of them needs one. */
async function sourceOf(run: RunFolder, tables: readonly Table[], io: CliIo): Promise<ExportSource> {
  const { manifest, plan } = run;
  if (!tables.some(({ needsFindings }) => needsFindings)) {
    const log = await run.indexUnits();
    return { manifest, plan, units: log.units, observations: log.observations, findings: null, verdict: null };
  }
  // a shard is measured and never judged
  const { findings, log, verdict } =
    manifest.shard === null
      ? await analyse(run, { today: todayOf(io) })
      : { ...(await findingsOf(run)), verdict: null };
  return { manifest, plan, units: log.units, observations: log.observations, findings, verdict };
}

function write(table: Table, source: ExportSource, { format, folder, file }: Places, folderDefault: string): Written {
  const path = file ?? join(folder ?? folderDefault, `${table.name}.${format}`);
  let rows = 0;
  const counted: Table = {
    ...table,
    *records(from) {
      for (const record of table.records(from)) {
        rows++;
        yield record;
      }
    },
  };
  try {
    writeFileAtomic(path, RENDERERS[format](counted, source));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new ConfigError({
      code: 'EXPORT_UNWRITABLE',
      at: path,
      expected: 'a place where a file can be written',
      got: error.message,
      hint: 'Name another place with --output.',
      cause: error,
    });
  }
  return { table: table.name, rows, bytes: statSync(path).size, path };
}

function tableList(value: string, previous: readonly string[] | undefined): string[] {
  const names = value.split(',').map((name) => name.trim());
  for (const name of names)
    if (!TABLE_NAMES.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${TABLE_NAMES.join(', ')}.`);
  return [...new Set([...(previous ?? []), ...names])];
}
