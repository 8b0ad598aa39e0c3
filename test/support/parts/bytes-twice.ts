/** Bytes that begin a character of several bytes come twice. @module */
import type { EngineParts } from '../../../engine/index.ts';

export const name = 'bytes-twice';
const detokenizer: EngineParts['detokenizer'] = {
  bytesOf: (tokenId) => (tokenId >= 0xc0 && tokenId < 0x100 ? Uint8Array.of(tokenId, tokenId) : Uint8Array.of(tokenId)),
};
export const parts = { detokenizer };
