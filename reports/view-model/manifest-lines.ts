/**
 * The manifest as lines: everything that could change a bit, and the digests that tell two runs apart.
 * @module
 */
import type { Manifest } from '../../harness/schema/index.ts';
import { count } from '../number-format.ts';
import type { NamedValue } from '../view.ts';

export function manifestLines(manifest: Manifest): NamedValue[] {
  const { runtime, configGit, target } = manifest;
  return [
    { name: 'Run', value: manifest.runId },
    { name: 'Created', value: manifest.createdAt },
    { name: 'evenkeel', value: manifest.evenkeelVersion },
    { name: 'Runtime', value: `Node ${runtime.node}, ${runtime.platform} ${runtime.arch}` },
    {
      name: 'Git state of the configuration',
      value: configGit === null ? 'outside a repository' : `${configGit.commit}${configGit.dirty ? ' (with uncommitted changes)' : ''}`,
    },
    { name: 'Seed', value: manifest.seed },
    { name: 'Target', value: `${target.id} (${target.kind})` },
    { name: 'Target fingerprint, SHA-256', value: target.fingerprintSha256 },
    { name: 'Configuration, SHA-256', value: manifest.configSha256 },
    { name: 'Cases, SHA-256', value: manifest.casesSha256 },
    { name: 'Plan, SHA-256', value: manifest.planSha256 },
  ];
}

export function capabilityLines({ target }: Manifest): NamedValue[] {
  const { capabilities, vocabSize } = target;
  return [
    { name: 'Logits', value: capabilities.logits ? 'given: bits can be compared' : 'not given: tokens and text only' },
    { name: 'Batching', value: capabilities.batching ? 'controlled by the harness' : 'not controlled by the harness' },
    { name: 'Precision modes', value: capabilities.precisionModes.join(', ') || 'none to choose' },
    { name: 'Vocabulary', value: `${count(vocabSize)} tokens` },
  ];
}
