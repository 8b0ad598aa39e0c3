/**
 * A run as an audit bundle: what was measured, what was made of it, who answers for it, and an attestation over all of it.
 *
 * The bundle holds a run folder of its own (`run/`); findings, verdict and reports are made again from that one, so that whoever has the
 * bundle can make them again too. It is written beside its place and moved there when it is whole.
 * @module
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  ATTESTATION_FILE,
  createConcealer,
  crosswalkText,
  dataDictionaryText,
  digestOfFile,
  DIGESTS_FILE,
  digestsOf,
  packZip,
  sealStatement,
  testResultOf,
  withoutOutputs,
  type SigningKey,
} from '../../audit/index.ts';
import { ConfigError, DataError } from '../../ports/index.ts';
import { SCHEMA_VERSION, type AuditRecord, type Findings, type Responsible, type Verdict } from '../../schema/index.ts';
import { copyRun, recordText, writeFileAtomic, type RunFolder } from '../../store/index.ts';
import { analyse, analyseAndStore, type Analysis } from '../analyse.ts';
import { viewOf, writeReports } from '../render.ts';
import { bundleReadme } from './bundle-readme.ts';
import { envelopeText } from './check-bundle.ts';

export interface BundleOptions {
  /** Where the folder will be; the zip stands beside it. */
  readonly folder: string;
  readonly createdAt: string;
  readonly evenkeelVersion: string;
  readonly responsible: Responsible | null;
  readonly stripOutputs: boolean;
  readonly rawCanaries: boolean;
  /** Of the HTML report in it. */
  readonly reportMaxBytes: number;
  readonly key: SigningKey | null;
}

export interface WrittenBundle {
  readonly folder: string;
  readonly zip: string;
  readonly verdict: Verdict;
}

/** Findings' texts in a bundle without outputs. */
const LEFT_OUT = '(left out)';

/** @throws ConfigError AUDIT_EXISTS; DataError when the run is damaged */
export async function writeBundle(run: RunFolder, options: BundleOptions): Promise<WrittenBundle> {
  const { folder } = options;
  const zip = `${folder}.zip`;
  for (const path of [folder, zip])
    if (existsSync(path))
      throw new ConfigError({
        code: 'AUDIT_EXISTS',
        at: path,
        expected: 'a place where nothing is',
        got: 'a file or a folder',
        hint: 'Name another folder: --audit <folder>.',
      });
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(join(dirname(folder), `.tmp-${basename(folder)}-`));
  try {
    const verdict = await fill(draft, run, options);
    await packZip(draft, zip);
    // mkdtemp makes it for its owner alone; a bundle is there to be handed on
    chmodSync(draft, 0o755);
    renameSync(draft, folder);
    return { folder, zip, verdict };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fill(draft: string, run: RunFolder, options: BundleOptions): Promise<Verdict> {
  const { createdAt, evenkeelVersion, responsible, stripOutputs, rawCanaries, reportMaxBytes, key } = options;
  const record: AuditRecord = {
    schemaVersion: SCHEMA_VERSION,
    createdAt,
    evenkeelVersion,
    runId: run.id,
    day: createdAt.slice(0, 10),
    responsible,
    outputs: stripOutputs ? 'left-out' : 'kept',
    canaries: rawCanaries ? 'raw' : 'hashed',
    signedWith: key?.keyId ?? null,
  };
  const put = (name: string, text: string): void => writeFileAtomic(join(draft, name), text);
  const { copy, analysis } = await (stripOutputs ? strippedRun : wholeRun)(run, join(draft, 'run'), record);
  // outputs that are left out must not come back through the page
  const units = stripOutputs ? null : { log: analysis.log, reportMaxBytes };
  writeReports(copy, viewOf(copy, analysis), { reporters: ['html', 'json', 'junit', 'markdown'], units });
  put('audit.json', recordText('auditRecord', record, 'audit.json'));
  put('README.md', bundleReadme(record, copy.manifest, analysis.verdict));
  put('data-dictionary.md', dataDictionaryText());
  put('crosswalk.md', crosswalkText());
  if (key !== null) put('public-key.pem', key.publicPem);
  put(DIGESTS_FILE, recordText('digestList', digestsOf(draft), DIGESTS_FILE));
  const { sha256 } = digestOfFile(join(draft, DIGESTS_FILE));
  const envelope = sealStatement(testResultOf(copy.manifest, analysis.verdict, sha256), key);
  put(ATTESTATION_FILE, envelopeText(envelope));
  return analysis.verdict;
}

interface BundledRun {
  readonly copy: RunFolder;
  readonly analysis: Analysis;
}

async function wholeRun(run: RunFolder, directory: string, { day, canaries }: AuditRecord): Promise<BundledRun> {
  const conceal = canaries === 'raw' ? null : createConcealer(run.manifest.seed, await canariesOf(run));
  const copy = await copyRun(run, directory, conceal ?? ((observation) => observation));
  const analysis = await analyseAndStore(copy, { today: day });
  const own = conceal === null ? analysis : await analyse(run, { today: day });
  const same =
    withoutTexts(own.findings) === withoutTexts(analysis.findings) &&
    JSON.stringify(own.verdict) === JSON.stringify(analysis.verdict);
  if (!same)
    throw new DataError({
      code: 'AUDIT_CONCEALED',
      at: run.directory,
      expected: 'the same findings and verdict with canaries as hashes',
      got: 'others: an output that repeats a canary is compared with a baseline, or one canary is a part of another',
      hint: 'Write the bundle with --raw-canaries.',
    });
  return { copy, analysis };
}

/** The findings of the run itself, without what the target said. */
async function strippedRun(run: RunFolder, directory: string, { day }: AuditRecord): Promise<BundledRun> {
  const whole = await analyse(run, { today: day });
  const copy = await copyRun(run, directory, null);
  const lines: string[] = [];
  for await (const { record } of run.readUnits()) lines.push(JSON.stringify(withoutOutputs(record)));
  writeFileAtomic(join(directory, 'outputs.jsonl'), lines.map((line) => `${line}\n`).join(''));
  const analysis = { ...whole, findings: JSON.parse(withoutTexts(whole.findings)) as Findings };
  copy.writeFindings(analysis.findings);
  copy.writeVerdict(analysis.verdict);
  return { copy, analysis };
}

async function canariesOf(run: RunFolder): Promise<Set<string>> {
  const canaries = new Set<string>();
  for await (const { record } of run.readUnits())
    for (const { requests } of record.levels)
      for (const { canary } of requests) if (canary !== null) canaries.add(canary);
  return canaries;
}

function withoutTexts(findings: Findings): string {
  return JSON.stringify(findings, (name, value: unknown) =>
    name === 'referenceText' || name === 'levelText' ? LEFT_OUT : value,
  );
}
