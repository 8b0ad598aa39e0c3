/**
 * Ed25519 keys: PEM in, fingerprints out. The private key comes from a file or the environment and is written nowhere.
 * @module
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigError } from '../ports/index.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** SPKI, PEM. */
  readonly publicPem: string;
  readonly keyId: string;
}

const HINT = 'Make one with: openssl genpkey -algorithm ed25519 -out audit-key.pem';

/** @param at - where the text comes from, for the message @throws ConfigError AUDIT_KEY; it never shows the text */
export function readSigningKey(pem: string, at: string): SigningKey {
  const privateKey = parsed(() => createPrivateKey(pem), at, 'an Ed25519 private key, PKCS #8 PEM without a password');
  const publicKey = createPublicKey(privateKey);
  return {
    privateKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    keyId: keyIdOf(publicKey),
  };
}

/** @throws ConfigError AUDIT_KEY */
export function readPublicKey(pem: string, at: string): KeyObject {
  return parsed(() => createPublicKey(pem), at, 'an Ed25519 public key, SPKI PEM');
}

/** SHA-256 of the key as SPKI, DER: the same for the key and its certificate request. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function parsed(read: () => KeyObject, at: string, expected: string): KeyObject {
  const wrong = (got: string, cause?: unknown): ConfigError =>
    new ConfigError({
      code: 'AUDIT_KEY',
      at,
      expected,
      got,
      hint: HINT,
      ...(cause === undefined ? {} : { cause }),
    });
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw wrong('text that is no such key', cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrong(`a key of kind ${key.asymmetricKeyType ?? key.type}`);
  return key;
}
