/**
 * Who answers? A second server can share a port silently (SO_REUSEPORT): half of the answers then come from another model, each half
 * deterministic. So the question is asked over fresh connections, before, during and after a run.
 *
 * The signature is over what `/v1/models` and the dialect's own endpoint say, without what changes by itself (`created`).
 * @module
 */
import { createHash } from 'node:crypto';
import { TargetError } from '../../ports/index.ts';
import { asList, asWire, textAt, type HttpClient } from '../http/index.ts';

export interface Identity {
  readonly sha256: string;
  /** Ids of the models it lists; [] when it lists none. */
  readonly models: readonly string[];
  readonly ownedBy: readonly string[];
}

/** Fields that are times or counters: two answers of one server differ in them. */
const VOLATILE = new Set(['created', 'permission', 'modified_at', 'expires_at', 'size_vram']);
const DEPTH_MAX = 6;

export async function readIdentity(client: HttpClient): Promise<Identity> {
  const answer = await client.send('/models', { retry: true, fresh: true });
  const data = answer.status === 200 ? asList(asWire(answer.json)?.['data']) : null;
  const entries = (data ?? []).map(asWire);
  const text = (name: string): string[] => entries.flatMap((entry) => textAt(entry, name) ?? []);
  return {
    sha256: createHash('sha256')
      .update(JSON.stringify([answer.status, stable(data, 0)]))
      .digest('hex'),
    models: text('id'),
    ownedBy: [...new Set(text('owned_by'))],
  };
}

/** @throws TargetError TARGET_IDENTITY when another server answers than before */
export async function checkIdentity(client: HttpClient, expected: Identity, when: string): Promise<void> {
  const now = await readIdentity(client);
  if (now.sha256 === expected.sha256) return;
  throw new TargetError({
    code: 'TARGET_IDENTITY',
    at: `${client.url.api}/models, ${when}`,
    expected: `the server that answered before (models ${expected.models.join(', ') || 'none'})`,
    got: `another list (models ${now.models.join(', ') || 'none'})`,
    hint: 'Do two servers share this port, or did it restart with another model? Results of two servers cannot be one run.',
  });
}

/** Sorted keys, without volatile ones. */
function stable(value: unknown, depth: number): unknown {
  if (depth > DEPTH_MAX) return '...';
  if (Array.isArray(value)) return value.map((entry) => stable(entry, depth + 1));
  const wire = asWire(value);
  if (wire === null) return value;
  return Object.keys(wire)
    .filter((key) => !VOLATILE.has(key))
    .sort()
    .map((key) => [key, stable(wire[key], depth + 1)]);
}
