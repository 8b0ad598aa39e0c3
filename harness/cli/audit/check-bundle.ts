/**
 * Is a bundle what it says? Digests, attestation, and everything that can be made again, in this order; the first thing that differs is
 * named. A bundle comes from elsewhere: nothing in it is run, and nothing outside it is read.
 * @module
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ATTESTATION_FILE,
  digestOfFile,
  DIGESTS_FILE,
  firstDifference,
  isSignedBy,
  keyIdOf,
  sealStatement,
  testResultOf,
} from '../../audit/index.ts';
import { DataError } from '../../ports/index.ts';
import { dsseEnvelope, type AuditRecord, type DsseEnvelope } from '../../schema/index.ts';
import { openRunFolder, readRecord, readStoredBaseline, recordText, type RunFolder } from '../../store/index.ts';
import { analyse, verdictOf, type Analysis } from '../analyse.ts';
import { reportJson, viewOf } from '../render.ts';
import { counted } from '../words.ts';

export interface BundleCheck {
  readonly name: 'digests' | 'signature' | 'statement' | 'findings' | 'verdict' | 'report';
  /** `not-checked`: it cannot be, for the reason given; that is no failure. */
  readonly outcome: 'ok' | 'differs' | 'not-checked';
  readonly detail: string;
}

/** What makes a check fail, as a sentence that names the file. */
class Differs extends Error {}
/** Why a check is not tried. */
class NotChecked extends Error {}

const OUTPUTS_LEFT_OUT = 'the bundle has no outputs to make it from';

/**
 * @param trusted - the key that the signature has to be of; null = the one in the bundle
 * @throws DataError AUDIT_NO_BUNDLE
 */
export async function checkBundle(folder: string, trusted: KeyObject | null): Promise<BundleCheck[]> {
  const list = join(folder, DIGESTS_FILE);
  if (!existsSync(list) || !lstatSync(list).isFile())
    throw new DataError({
      code: 'AUDIT_NO_BUNDLE',
      at: folder,
      expected: 'an audit bundle, as a folder or a zip',
      got: 'none',
      hint: 'Write one with: evenkeel report --audit',
    });
  const digests = await attempt('digests', () => checkDigests(folder));
  // a file that does not have its digest is not believed in anything else
  if (digests.outcome !== 'ok') return [digests];
  const opened = await attempt('statement', () => void openBundle(folder));
  if (opened.outcome !== 'ok') return [digests, opened];
  const { record, run } = openBundle(folder);
  return [
    digests,
    await attempt('signature', () => checkSignature(folder, record, trusted)),
    await attempt('statement', () => checkStatement(folder, run)),
    ...(record.outputs === 'kept' ? await madeAgain(run, record) : await judgedAgain(run, record)),
  ];
}

async function attempt(
  name: BundleCheck['name'],
  check: () => string | void | Promise<string | void>,
): Promise<BundleCheck> {
  try {
    return { name, outcome: 'ok', detail: (await check()) ?? '' };
  } catch (error) {
    if (error instanceof NotChecked) return { name, outcome: 'not-checked', detail: error.message };
    if (error instanceof Differs || error instanceof DataError)
      return { name, outcome: 'differs', detail: error.message };
    throw error;
  }
}

interface Bundle {
  readonly record: AuditRecord;
  readonly run: RunFolder;
}

function openBundle(folder: string): Bundle {
  return { record: readRecord(join(folder, 'audit.json'), 'auditRecord'), run: openRunFolder(join(folder, 'run')) };
}

function checkDigests(folder: string): string {
  const list = readRecord(join(folder, DIGESTS_FILE), 'digestList');
  // one spelling alone: a byte that changes nothing else is a change too
  if (readFileSync(join(folder, DIGESTS_FILE), 'utf8') !== recordText('digestList', list, DIGESTS_FILE))
    throw new Differs(`${DIGESTS_FILE} is not written as evenkeel writes it`);
  const difference = firstDifference(folder, list);
  if (difference !== null) throw new Differs(difference);
  const sizes = Object.values(list.files).map(({ bytes }) => bytes);
  return `${counted(sizes.length, 'file')}, ${sizes.reduce((sum, bytes) => sum + bytes, 0)} bytes`;
}

function envelopeOf(folder: string): DsseEnvelope {
  const path = join(folder, ATTESTATION_FILE);
  if (!existsSync(path)) throw new Differs(`${ATTESTATION_FILE} is missing`);
  const text = readFileSync(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Differs(`${ATTESTATION_FILE} is not JSON`);
  }
  const parsed = dsseEnvelope.safeParse(value);
  if (!parsed.success) throw new Differs(`${ATTESTATION_FILE} is no envelope: ${parsed.error.issues[0].message}`);
  if (text !== envelopeText(parsed.data)) throw new Differs(`${ATTESTATION_FILE} is not written as evenkeel writes it`);
  return parsed.data;
}

export const envelopeText = (envelope: DsseEnvelope): string => `${JSON.stringify(envelope, null, 2)}\n`;

function checkSignature(folder: string, { signedWith }: AuditRecord, trusted: KeyObject | null): string {
  const envelope = envelopeOf(folder);
  if (signedWith === null) {
    if (envelope.signatures.length > 0) throw new Differs('audit.json says that the bundle is not signed, and it is');
    if (trusted !== null) throw new Differs('the bundle is not signed');
    throw new NotChecked('the bundle is not signed: digests show damage, not who made it');
  }
  const key = trusted ?? publicKeyOf(folder);
  if (!isSignedBy(envelope, key))
    throw new Differs(`${ATTESTATION_FILE} has no valid signature of the key ${keyIdOf(key)}`);
  if (signedWith !== keyIdOf(key)) throw new Differs(`audit.json names the key ${signedWith}, not ${keyIdOf(key)}`);
  return trusted === null
    ? `Ed25519, key ${signedWith}, which the bundle itself brings; --public-key checks whose it is`
    : `Ed25519, by the key that was given, ${signedWith}`;
}

function publicKeyOf(folder: string): KeyObject {
  try {
    return createPublicKey(readFileSync(join(folder, 'public-key.pem')));
  } catch {
    throw new Differs('public-key.pem is no public key');
  }
}

/** The statement has to be the one that manifest, verdict and digests make. */
function checkStatement(folder: string, run: RunFolder): string {
  const verdict = readRecord(join(run.directory, 'verdict.json'), 'verdict');
  const { sha256 } = digestOfFile(join(folder, DIGESTS_FILE));
  const statement = testResultOf(run.manifest, verdict, sha256);
  if (envelopeOf(folder).payload !== sealStatement(statement, null).payload)
    throw new Differs(`${ATTESTATION_FILE} holds another statement than manifest, verdict and ${DIGESTS_FILE} make`);
  return `in-toto test result, ${statement.predicate.result}, over ${DIGESTS_FILE}`;
}

/** Findings, verdict and report from the observations. */
async function madeAgain(run: RunFolder, { day }: AuditRecord): Promise<BundleCheck[]> {
  const made: Analysis[] = [];
  const findings = await attempt('findings', async () => {
    const analysis = await analyse(run, { today: day });
    made.push(analysis);
    sameText(run, 'findings.json', recordText('findings', analysis.findings, 'findings'));
    return `made again from ${counted(analysis.findings.unitsObserved, 'unit')}`;
  });
  // none where the observations could not be read
  const judged = await Promise.all(made.map((analysis) => judgedAndShown(run, analysis)));
  return [findings, ...judged.flat()];
}

async function judgedAndShown(run: RunFolder, analysis: Analysis): Promise<BundleCheck[]> {
  const { verdict } = analysis;
  return [
    await attempt('verdict', () => {
      sameText(run, 'verdict.json', recordText('verdict', verdict, 'verdict'));
      return `made again, ${verdict.outcome.toUpperCase()}`;
    }),
    await attempt('report', () => {
      sameText(run, 'report.json', reportJson(viewOf(run, analysis)));
      return 'report.json made again';
    }),
  ];
}

/** The verdict from the findings that the bundle holds. */
async function judgedAgain(run: RunFolder, { day }: AuditRecord): Promise<BundleCheck[]> {
  return [
    { name: 'findings', outcome: 'not-checked', detail: OUTPUTS_LEFT_OUT },
    await attempt('verdict', () => {
      if (readStoredBaseline(run) !== null)
        throw new NotChecked('it was compared with a baseline, which the outputs are needed for');
      const findings = readRecord(join(run.directory, 'findings.json'), 'findings');
      const verdict = verdictOf(run, { findings, comparison: null }, { today: day });
      sameText(run, 'verdict.json', recordText('verdict', verdict, 'verdict'));
      return `made again from findings.json, ${verdict.outcome.toUpperCase()}`;
    }),
    { name: 'report', outcome: 'not-checked', detail: OUTPUTS_LEFT_OUT },
  ];
}

function sameText(run: RunFolder, name: string, made: string): void {
  const stored = run.readText(name);
  if (stored === made) return;
  if (stored === null) throw new Differs(`run/${name} is missing`);
  const [left, right] = [stored.split('\n'), made.split('\n')];
  const line = left.findIndex((text, at) => text !== right[at]);
  throw new Differs(`run/${name}, line ${line + 1}: has ${shown(left[line])}, made again it is ${shown(right[line])}`);
}

const shown = (line: string | undefined): string => (line === undefined ? 'nothing' : line.trim().slice(0, 80));
