/**
 * The flags of `report` that are about an audit bundle, and what they ask for.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readSigningKey, type SigningKey } from '../../audit/index.ts';
import { ConfigError } from '../../ports/index.ts';
import type { RunFolder } from '../../store/index.ts';
import { nonEmpty } from '../flags.ts';
import type { CliIo } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import type { BundleOptions } from './write-bundle.ts';

export interface AuditFlags {
  readonly audit?: string | true;
  readonly stripOutputs?: boolean;
  readonly rawCanaries?: boolean;
  readonly responsible?: string;
  readonly role?: string;
  readonly key?: string;
}

/** The environment variable with the PEM of the private key. */
const KEY_VARIABLE = 'EVENKEEL_AUDIT_KEY';

export function addAuditFlags(command: Command): Command {
  return command
    .option('--audit [folder]', 'write an audit bundle and its zip (default: evenkeel-audit-<run> here)')
    .option('--strip-outputs', 'audit: digests in the place of what the target said')
    .option('--raw-canaries', 'audit: canaries as they are, not as keyed hashes')
    .option('--responsible <name>', 'audit: the person responsible', nonEmpty)
    .option('--role <role>', 'audit: their role', nonEmpty)
    .option(
      '--key <file>',
      `audit: Ed25519 private key, PEM (env: ${KEY_VARIABLE}); without one it is not signed`,
      nonEmpty,
    );
}

/** @throws ConfigError AUDIT_FLAG, AUDIT_KEY */
export function bundleOptionsOf(
  run: Pick<RunFolder, 'id'>,
  flags: AuditFlags,
  io: CliIo,
): Omit<BundleOptions, 'reportMaxBytes'> {
  const { audit, responsible, role } = flags;
  if (responsible === undefined && role !== undefined)
    throw new ConfigError({
      code: 'AUDIT_FLAG',
      at: '--role',
      expected: 'a person with it',
      got: 'a role alone',
      hint: 'Name the person too: --responsible "Ada Example".',
    });
  return {
    folder: typeof audit === 'string' ? resolve(io.cwd, audit) : join(io.cwd, `evenkeel-audit-${run.id}`),
    createdAt: io.clock.isoNow(),
    evenkeelVersion: packageVersion(),
    responsible: responsible === undefined ? null : { name: responsible, role: role ?? null },
    stripOutputs: flags.stripOutputs === true,
    rawCanaries: flags.rawCanaries === true,
    key: keyOf(flags, io),
  };
}

/** A flag that means nothing without `--audit` is a mistake. @throws ConfigError AUDIT_FLAG */
export function checkAuditFlags(flags: AuditFlags): void {
  const { audit, stripOutputs, rawCanaries, responsible, role, key } = flags;
  if (audit !== undefined) return;
  const [alone] = Object.entries({
    '--strip-outputs': stripOutputs,
    '--raw-canaries': rawCanaries,
    '--responsible': responsible,
    '--role': role,
    '--key': key,
  }).find(([, value]) => value !== undefined) ?? [undefined];
  if (alone === undefined) return;
  throw new ConfigError({
    code: 'AUDIT_FLAG',
    at: alone,
    expected: '--audit with it',
    got: 'none',
    hint: 'The flag is about an audit bundle.',
  });
}

function keyOf({ key }: AuditFlags, io: CliIo): SigningKey | null {
  if (key !== undefined) return readSigningKey(textOf(resolve(io.cwd, key)), '--key');
  const pem = io.env[KEY_VARIABLE];
  return pem === undefined || pem === '' ? null : readSigningKey(pem, KEY_VARIABLE);
}

/** @throws ConfigError AUDIT_KEY */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError({
      code: 'AUDIT_KEY',
      at: path,
      expected: 'a file with a key',
      got: cause instanceof Error && 'code' in cause ? String(cause.code) : 'no such file',
      hint: 'Name a PEM file.',
      cause,
    });
  }
}
