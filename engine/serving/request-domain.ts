/**
 * Whose a request's cached blocks are: its tenant, its salt and its adapter, as fields of the prefix key.
 *
 * The client chooses the salt: one who knows another's salt, and has the same tenant, shares its blocks. A gateway that sets the tenant
 * is what isolates clients who do not trust each other.
 * @module
 */
import type { PrefixDomain } from '../cache/index.ts';
import type { BatchRequest } from './request.ts';

/** A prompt whose cached blocks are meant. */
export type PrefixRequest = Pick<BatchRequest, 'tokenIds' | 'tenant' | 'cacheSalt' | 'adapter'>;

/** A part: who may share the blocks of a request. */
export type RequestDomain = (request: PrefixRequest) => Pick<PrefixDomain, 'salt' | 'adapter'>;

export const requestDomain: RequestDomain = ({ tenant = '', cacheSalt = '', adapter = '' }) => ({
  // the tenant's length stands in front: tenant and salt can never be exchanged
  salt: `${tenant.length}:${tenant}${cacheSalt}`,
  adapter,
});
