import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyIdOf, readPublicKey, readSigningKey } from '../../../harness/audit/index.ts';

const pair = generateKeyPairSync('ed25519');
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('audit keys', () => {
  it('are named by the SHA-256 of the public key as SPKI, DER', () => {
    const der = pair.publicKey.export({ type: 'spki', format: 'der' });
    const { keyId, publicPem } = readSigningKey(privatePem, 'test');
    expect(keyId).toBe(createHash('sha256').update(der).digest('hex'));
    expect(keyIdOf(createPublicKey(publicPem))).toBe(keyId);
    expect(keyIdOf(readPublicKey(publicPem, 'test'))).toBe(keyId);
  });

  it('are refused when they are of another kind, or no keys; the message shows nothing of the text', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => readSigningKey(pem, '--key')).toThrow(/--key: expected an Ed25519 private key.*got a key of kind rsa/);
    const secret = 'not a key but perhaps a secret';
    const message = ((): string => {
      try {
        readSigningKey(secret, '--key');
      } catch (error) {
        return String(error);
      }
      return 'none';
    })();
    expect(message).toMatch(/AUDIT_KEY|expected an Ed25519/);
    expect(message).not.toContain('perhaps');
  });
});
