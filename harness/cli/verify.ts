/**
 * `evenkeel verify`: checks an audit bundle and names the first thing that differs. Needs no model and no configuration.
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isZip, readPublicKey, unpackZip } from '../audit/index.ts';
import { textOf } from './audit/audit-flags.ts';
import { checkBundle, type BundleCheck } from './audit/check-bundle.ts';
import { paint, wantsColour } from './colour.ts';
import { EXIT } from './exit-code.ts';
import { jsonFlag, noColourFlag, nonEmpty } from './flags.ts';
import type { CliIo } from './io.ts';

interface VerifyFlags {
  readonly publicKey?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel verify evenkeel-audit-20261124-041600-3fa2b1
  evenkeel verify bundle.zip --public-key auditor-trusts.pem

Exit code 0: everything that can be checked holds. 1: something differs, and the first
line with "differs" names it. 3: it is no bundle, or cannot be read.`;

export function addVerifyVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('verify')
    .argument('<bundle>', 'folder or zip of an audit bundle')
    .description('check an audit bundle: digests, signature, and findings and verdict made again')
    .option('--public-key <file>', 'the key that has to have signed it, PEM', nonEmpty)
    .addOption(jsonFlag('the checks'))
    .addOption(noColourFlag())
    .addHelpText('after', EXAMPLES)
    .action(async (bundle: string, flags: VerifyFlags) => {
      const checks = await verify(resolve(io.cwd, bundle), flags, io);
      const holds = checks.every(({ outcome }) => outcome !== 'differs');
      if (flags.json === true) io.stdout.write(`${JSON.stringify({ bundle, holds, checks }, null, 2)}\n`);
      else tellChecks(checks, holds, flags, io);
      setExitCode(holds ? EXIT.pass : EXIT.failed);
    });
}

async function verify(path: string, { publicKey }: VerifyFlags, io: CliIo): Promise<BundleCheck[]> {
  const trusted = publicKey === undefined ? null : readPublicKey(textOf(resolve(io.cwd, publicKey)), '--public-key');
  if (!isZip(path) || !existsSync(path)) return checkBundle(path, trusted);
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-verify-'));
  try {
    await unpackZip(path, folder);
    return await checkBundle(folder, trusted);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WORDS = { ok: 'ok', differs: 'differs', 'not-checked': 'not checked' } as const;
const COLOURS = { ok: 'green', differs: 'red', 'not-checked': 'yellow' } as const;

function tellChecks(checks: readonly BundleCheck[], holds: boolean, { color }: VerifyFlags, io: CliIo): void {
  const colour = wantsColour(io, io.stdout, color);
  for (const { name, outcome, detail } of checks)
    io.stdout.write(`${name.padEnd(10)} ${paint(COLOURS[outcome], WORDS[outcome].padEnd(12), colour)} ${detail}\n`);
  const last = holds ? 'The bundle holds.' : 'The bundle is not what it says.';
  io.stdout.write(`\n${paint(holds ? 'green' : 'red', last, colour)}\n`);
}
