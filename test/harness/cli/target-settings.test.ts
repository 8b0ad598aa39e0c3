import { expect, it } from 'vitest';
import { settingElements, withSettings } from '../../../harness/cli/target-settings.ts';
import { resolveConfig } from '../../../harness/config/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';

const targetOf = (target: object) =>
  resolveConfig({ target, cases: 'x', perturbations: { repeat: {} } }, { perturbationOptions }).target;

it('names what is not a default, and takes it away', () => {
  const changed = targetOf({ kind: 'reference-engine', keyBlock: 16, fault: 'compressor-state-not-reset', lanes: 7 });
  expect(settingElements(changed).map(({ id, label }) => [id, label])).toEqual([
    ['setting:fault', 'fault compressor-state-not-reset'],
    ['setting:keyBlock', 'keyBlock 16'],
  ]);
  expect(withSettings(changed, new Set(['setting:keyBlock']))).toEqual({ ...changed, fault: null });
  expect(settingElements(targetOf({ kind: 'reference-engine' }))).toEqual([]);
});

it('leaves other targets as they are', () => {
  const server = targetOf({ kind: 'null', flipRate: 0.5 });
  expect(settingElements(server)).toEqual([]);
  expect(withSettings(server, new Set())).toBe(server);
});
