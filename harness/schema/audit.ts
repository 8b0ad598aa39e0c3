/**
 * Audit bundle: the records that it has beside those of a run.
 *
 * Sources: in-toto Statement v1 with the predicate test-result v0.1 (in-toto/attestation, `spec/predicates/test-result.md`); the DSSE
 * envelope (secure-systems-lab/dsse, `envelope.md`).
 * @module
 */
import { z } from 'zod';
import { identifier, schemaVersion, sha256Hex } from './scalars.ts';

const line = z.string().min(1).max(400);

export const responsible = z.strictObject({ name: line, role: line.nullable() });
export type Responsible = z.infer<typeof responsible>;

/** `audit.json`: what the bundle is, and who answers for it. */
export const auditRecord = z.strictObject({
  schemaVersion,
  createdAt: z.iso.datetime(),
  evenkeelVersion: z.string(),
  runId: z.string(),
  /** The day by which waivers were judged, `YYYY-MM-DD`. */
  day: z.iso.date(),
  /** Null = nobody was named. */
  responsible: responsible.nullable(),
  /** `left-out`: digests stand in their place, and findings cannot be made again from them. */
  outputs: z.enum(['kept', 'left-out']),
  /** `hashed`: HMAC-SHA256 under a key made from the run's seed, in canaries and in the texts that repeat them. */
  canaries: z.enum(['hashed', 'raw']),
  /** SHA-256 of the public key (SPKI, DER); null = the bundle is not signed. */
  signedWith: sha256Hex.nullable(),
});
export type AuditRecord = z.infer<typeof auditRecord>;

/** `digests.json`: every file of the bundle but itself and the attestation, by path, in order. */
export const digestList = z.strictObject({
  schemaVersion,
  files: z.record(z.string(), z.strictObject({ sha256: sha256Hex, bytes: z.int().min(0) })),
});
export type DigestList = z.infer<typeof digestList>;

const resource = z.strictObject({
  name: z.string(),
  /** By algorithm: `sha256`, `gitCommit`. */
  digest: z.record(z.string(), z.string()),
});
export type ResourceDescriptor = z.infer<typeof resource>;

/** in-toto Statement v1, test result. */
export const testResultStatement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(resource).min(1),
  predicateType: z.literal('https://in-toto.io/attestation/test-result/v0.1'),
  predicate: z.strictObject({
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(resource).min(1),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
  }),
});
export type TestResultStatement = z.infer<typeof testResultStatement>;

/** `attestation.json`: the statement in a DSSE envelope; no signature = the bundle is not signed. */
export const dsseEnvelope = z.strictObject({
  payloadType: z.literal('application/vnd.in-toto+json'),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: sha256Hex, sig: z.base64() })).max(1),
});
export type DsseEnvelope = z.infer<typeof dsseEnvelope>;

/** One line of `outputs.jsonl`: an observation with digests in the place of what the target said. */
export const outputDigestLine = z.strictObject({
  schemaVersion,
  unitId: z.string(),
  status: z.enum(['ok', 'error', 'unsupported']),
  levels: z.array(
    z.strictObject({
      levelId: identifier,
      counters: z.record(z.string(), z.number()),
      requests: z.array(
        z.strictObject({
          requestId: z.string(),
          caseId: identifier,
          role: z.enum(['probe', 'mate']),
          promptSha256: sha256Hex,
          promptTokens: z.int().min(0).nullable(),
          producedTokens: z.int().min(0),
          textSha256: sha256Hex,
          /** Over the ids, 4 bytes each, little-endian. */
          tokensSha256: sha256Hex,
          stepSha256: z.array(sha256Hex),
          promptLogitsSha256: sha256Hex.nullable(),
        }),
      ),
    }),
  ),
});
export type OutputDigestLine = z.infer<typeof outputDigestLine>;
