/**
 * What a run needs from the project: a valid config, a place to write, a target that answers; and the optional packages.
 * @module
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConfigError, DataError, TargetError } from '../../ports/index.ts';
import type { CliIo } from '../io.ts';
import { prepare, type PlanFlags, type Prepared } from '../prepare.ts';
import { counted } from '../words.ts';
import { fail, notChecked, ok, warn, type DoctorCheck } from './check.ts';

const FSYNC_SLOW_MS = 100;

/** Packages that are used when they are there. */
const OPTIONAL: readonly { readonly name: string; readonly what: string }[] = [
  { name: 'bullmq', what: 'units from a queue' },
  { name: 'node-llama-cpp', what: 'llama.cpp in this process' },
];
/** Where a system keeps its Chromium; the browser tests of evenkeel itself look there too. */
const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function projectChecks(flags: PlanFlags, io: CliIo): Promise<DoctorCheck[]> {
  const { check, prepared } = await configCheck(flags, io);
  return [
    check,
    writeCheck(prepared?.runsDirectory ?? join(io.cwd, '.evenkeel/runs'), io),
    await targetCheck(prepared),
    ...optionalChecks(prepared?.directory ?? io.cwd, io),
  ];
}

async function configCheck(flags: PlanFlags, io: CliIo): Promise<{ check: DoctorCheck; prepared: Prepared | null }> {
  try {
    const prepared = await prepare(flags, io);
    const size = `${counted(prepared.cases.length, 'case')}, ${counted(prepared.plan.units.length, 'unit')}`;
    return { check: ok('config', `${prepared.file}, ${size}`), prepared };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code === 'CONFIG_FILE_NOT_FOUND' && flags.config === undefined)
      return { check: warn('config', 'none in this folder', 'Write one with: evenkeel init'), prepared: null };
    const [first] = error.problems;
    const found = `${counted(error.problems.length, 'problem')}, first at ${first.at}`;
    return { check: fail('config', found, 'See all of them with: evenkeel validate', 2), prepared: null };
  }
}

/** Writes a file and waits until it is on the disk, in the runs directory or where it would be made; leaves nothing behind. */
function writeCheck(runsDirectory: string, io: Pick<CliIo, 'clock'>): DoctorCheck {
  let folder = runsDirectory;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const path = join(folder, `.evenkeel-doctor-${process.pid}`);
  try {
    const startMs = io.clock.nowMs();
    const file = openSync(path, 'wx');
    try {
      writeSync(file, 'evenkeel doctor\n');
      fsyncSync(file);
    } finally {
      closeSync(file);
      rmSync(path, { force: true });
    }
    const ms = io.clock.nowMs() - startMs;
    const found = `${folder}, a line on the disk in ${ms.toFixed(1)} ms`;
    return ms <= FSYNC_SLOW_MS
      ? ok('runs folder', found)
      : warn('runs folder', found, 'Each unit waits for the disk: use a local disk for runsDirectory.');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('runs folder', `${folder}: ${why}`, 'Set runsDirectory to a folder that can be written.');
  }
}

async function targetCheck(prepared: Prepared | null): Promise<DoctorCheck> {
  if (prepared === null) return notChecked('target', 'needs a valid config');
  const { target } = prepared;
  try {
    const { id, kind, capabilities } = await target.describe();
    const modes = capabilities.precisionModes.join(', ');
    return ok('target', `${id} (${kind}) answers; logits ${capabilities.logits ? 'yes' : 'no'}; precision ${modes}`);
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof DataError || error instanceof ConfigError)) throw error;
    return fail('target', error.message.split('\n', 1)[0], 'Start the server, or correct `target` in the config.');
  } finally {
    await target.close();
  }
}

function optionalChecks(directory: string, { env }: Pick<CliIo, 'env'>): DoctorCheck[] {
  const local = createRequire(join(directory, 'package.json'));
  const packages = OPTIONAL.map(({ name, what }) => {
    try {
      local.resolve(name);
      return ok(name, `installed (${what})`);
    } catch {
      return ok(name, `not installed; optional, for ${what}`);
    }
  });
  const named = env['EVENKEEL_CHROMIUM'];
  const chromium = (named === undefined || named === '' ? CHROMIUM_PATHS : [named]).find((path) => existsSync(path));
  return [...packages, ok('chromium', chromium ?? 'not found; optional, for browser tests')];
}
