/** Audit bundles: digests, attestation, concealed canaries, zip. @module */
export { createConcealer, withoutOutputs } from './conceal.ts';
export { crosswalkText } from './crosswalk.ts';
export { dataDictionaryText, DATA_DICTIONARY } from './data-dictionary.ts';
export { ATTESTATION_FILE, DIGESTS_FILE, digestOfFile, digestsOf, firstDifference } from './digests.ts';
export { isSignedBy, sealStatement } from './dsse.ts';
export { keyIdOf, readPublicKey, readSigningKey, type SigningKey } from './keys.ts';
export { testResultOf } from './statement.ts';
export { isZip, packZip, unpackZip } from './zip.ts';
