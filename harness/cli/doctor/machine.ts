/**
 * What a run needs from the machine: runtime, WebAssembly, cores and memory, clock, locale, terminal.
 * @module
 */
import { availableParallelism, freemem, totalmem } from 'node:os';
import { isCi } from '../../config/index.ts';
import { wantsColour } from '../colour.ts';
import type { CliIo } from '../io.ts';
import { fail, ok, warn, type DoctorCheck } from './check.ts';

/** `engines.node` of package.json; a test holds the two together. */
export const NODE_MIN = [20, 19] as const;
const GIB = 2 ** 30;
/** A tiny checkpoint with two lanes takes 0.3 GiB (measured: peak resident size of the main job); below this a run may be killed. */
const FREE_MIN_BYTES = 0.5 * GIB;
/** The first release; a clock before it was never set. */
const YEAR_MIN = 2025;

/** (module (func (result v128) i32.const 0 i8x16.splat)) */
// prettier-ignore
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

export function machineChecks(io: CliIo): DoctorCheck[] {
  return [
    nodeCheck(io.runtime.node),
    simdCheck(),
    threadCheck(),
    coreCheck(),
    memoryCheck(),
    clockCheck(io),
    localeCheck(io),
    terminalCheck(io),
  ];
}

export function nodeCheck(version: string): DoctorCheck {
  const [major, minor] = (/^v?(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return isEnough ? ok('node', version) : fail('node', version, `Install Node ${NODE_MIN.join('.')} or newer.`);
}

function simdCheck(): DoctorCheck {
  try {
    new WebAssembly.Module(SIMD_MODULE);
    return ok('wasm simd', 'available');
  } catch {
    return fail(
      'wasm simd',
      'not available',
      'Use a runtime with WebAssembly SIMD; the kernels of the engine need it.',
    );
  }
}

function threadCheck(): DoctorCheck {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    if (memory.buffer instanceof SharedArrayBuffer) return ok('wasm threads', 'shared memory is available');
  } catch {
    // told below: there is no shared memory, whatever the reason
  }
  return fail(
    'wasm threads',
    'no shared memory',
    'Use a runtime with WebAssembly threads; lanes share weights through it.',
  );
}

function coreCheck(): DoctorCheck {
  const cores = availableParallelism();
  return cores >= 2
    ? ok('cores', String(cores))
    : warn('cores', '1', 'Set target.lanes to 1: lanes would wait for each other.');
}

function memoryCheck(): DoctorCheck {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const free = Math.min(freemem(), total);
  const words = `${gib(free)} free of ${gib(total)}`;
  return free >= FREE_MIN_BYTES
    ? ok('memory', words)
    : warn('memory', words, 'Close something, or set target.lanes to 1; a run of the tiny checkpoint wants 0.5 GiB.');
}

function clockCheck({ clock }: CliIo): DoctorCheck {
  const now = clock.isoNow();
  return Number(now.slice(0, 4)) >= YEAR_MIN
    ? ok('clock', now)
    : warn('clock', now, 'Set the clock: run ids and manifests hold the time.');
}

function localeCheck({ env }: CliIo): DoctorCheck {
  const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const names = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => env[name])
    .filter((value) => value !== undefined && value !== '');
  const words = `${locale}, ${timeZone}; no result depends on it`;
  const utf8 = names.length === 0 || /utf-?8/i.test(names[0] ?? '');
  return utf8
    ? ok('locale', words)
    : warn('locale', `${words}; ${names[0]} is not UTF-8`, 'Set LANG to a UTF-8 locale if the tables look broken.');
}

function terminalCheck(io: CliIo): DoctorCheck {
  const words = [
    io.stdout.isTty ? `a terminal of ${io.stdout.columns} columns` : 'not a terminal: plain lines',
    wantsColour(io, io.stdout, true) ? 'colour' : 'no colour',
    isCi(io.env) ? 'CI' : 'not CI',
  ];
  return ok('output', words.join(', '));
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
