/**
 * DSSE: a statement in an envelope, signed over its type and its bytes, so that no part of it can be read as something else.
 *
 * Source: secure-systems-lab/dsse, `protocol.md` (the pre-authentication encoding, PAE).
 * @module
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import type { DsseEnvelope, TestResultStatement } from '../schema/index.ts';
import { keyIdOf, type SigningKey } from './keys.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** @param key - null = an envelope without a signature */
export function sealStatement(statement: TestResultStatement, key: SigningKey | null): DsseEnvelope {
  const body = Buffer.from(JSON.stringify(statement));
  return {
    payloadType: PAYLOAD_TYPE,
    payload: body.toString('base64'),
    signatures:
      key === null ? [] : [{ keyid: key.keyId, sig: sign(null, encoded(body), key.privateKey).toString('base64') }],
  };
}

/** Whether the envelope's signature is that of the key over exactly these bytes. */
export function isSignedBy({ payload, signatures }: DsseEnvelope, publicKey: KeyObject): boolean {
  const [signature] = signatures;
  if (signature === undefined || signature.keyid !== keyIdOf(publicKey)) return false;
  const bytes = Buffer.from(signature.sig, 'base64');
  // base64 has several spellings of some bytes; one is enough
  if (bytes.toString('base64') !== signature.sig) return false;
  return verify(null, encoded(Buffer.from(payload, 'base64')), publicKey, bytes);
}

/** "DSSEv1", then type and body, each after its length in bytes. */
function encoded(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${body.length} `), body]);
}
