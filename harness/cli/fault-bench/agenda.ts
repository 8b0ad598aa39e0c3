/**
 * What is tried on which seed: every fault on each of the seeds that are asked for; a control on as many more as it takes until it has
 * ten clean runs a seed, however few protocols it has. With 20 seeds no control has fewer than 200.
 * @module
 */
import { controls, faults } from '../../../suites/fault-bench/index.ts';

export interface SeedAgenda {
  readonly seed: string;
  /** Ids of faults and controls. */
  readonly ids: readonly string[];
}

const CLEAN_RUNS_PER_SEED = 10;

/** @param seeds - how many each fault is tried on */
export function agendaOf(ids: readonly string[], seeds: number): SeedAgenda[] {
  const own = controls.filter(({ id, protocols }) => ids.includes(id) && protocols.length > 0);
  const seedsOf = new Map(
    own.map(({ id, protocols }) => [id, Math.max(seeds, Math.ceil((CLEAN_RUNS_PER_SEED * seeds) / protocols.length))]),
  );
  const wantedFaults = faults.filter(({ id }) => ids.includes(id)).map(({ id }) => id);
  return Array.from({ length: Math.max(seeds, ...seedsOf.values()) }, (_, index) => ({
    seed: String(index + 1),
    ids: [
      ...(index < seeds ? wantedFaults : []),
      ...own.filter(({ id }) => index < (seedsOf.get(id) ?? 0)).map(({ id }) => id),
    ],
  }));
}

export function trialsIn(agenda: readonly SeedAgenda[]): number {
  const protocolsOf = new Map(controls.map(({ id, protocols }) => [id, protocols.length]));
  return agenda.reduce((sum, { ids }) => sum + ids.reduce((own, id) => own + (protocolsOf.get(id) ?? 1), 0), 0);
}
