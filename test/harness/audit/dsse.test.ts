import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, readSigningKey, sealStatement } from '../../../harness/audit/index.ts';
import type { TestResultStatement } from '../../../harness/schema/index.ts';

const newKey = () =>
  readSigningKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'test');

const statement: TestResultStatement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'target', digest: { sha256: 'aa' } }],
  predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
  predicate: {
    result: 'PASSED',
    configuration: [{ name: 'digests.json', digest: { sha256: 'bb' } }],
    passedTests: ['é'],
    warnedTests: [],
    failedTests: [],
  },
};

describe('the DSSE envelope', () => {
  it('signs type and body with their lengths in bytes, as the protocol has it', () => {
    const key = newKey();
    const { payload, payloadType, signatures } = sealStatement(statement, key);
    const body = Buffer.from(payload, 'base64');
    expect(JSON.parse(body.toString())).toEqual(statement);
    const signed = Buffer.concat([Buffer.from(`DSSEv1 28 ${payloadType} ${body.length} `), body]);
    const sig = Buffer.from(signatures[0].sig, 'base64');
    expect(verify(null, signed, createPublicKey(key.publicPem), sig)).toBe(true);
  });

  it('is signed by its key alone, over its own payload, in one spelling', () => {
    const key = newKey();
    const publicKey = createPublicKey(key.publicPem);
    const envelope = sealStatement(statement, key);
    expect(isSignedBy(envelope, publicKey)).toBe(true);
    expect(isSignedBy(envelope, createPublicKey(newKey().publicPem))).toBe(false);
    expect(isSignedBy({ ...envelope, payload: Buffer.from('{}').toString('base64') }, publicKey)).toBe(false);
    expect(isSignedBy({ ...envelope, signatures: [] }, publicKey)).toBe(false);
    const [{ keyid, sig }] = envelope.signatures;
    expect(isSignedBy({ ...envelope, signatures: [{ keyid, sig: `${sig}\n` }] }, publicKey)).toBe(false);
  });

  it('has no signature where there is no key', () => {
    expect(sealStatement(statement, null).signatures).toEqual([]);
  });
});
