/**
 * Orders of serving that a seed chooses: when copies between tiers complete, who is admitted, who gives way.
 *
 * Each is a part of the engine, and none may change a bit. They keep nothing from one session to the next, so that a level depends on
 * its job alone.
 * @module
 */
import type { CopyScheduler, EngineParts } from '../../../engine/index.ts';
import { createRng } from '../../ports/index.ts';

type Orders = Pick<EngineParts, 'admissionOrder' | 'copyScheduler' | 'preemptionVictim'>;

/** @param delayStepsMax - rounds that a copy's event takes at most; 0 = it completes when it starts */
export function seededOrders(seed: number, delayStepsMax: number): Orders {
  return {
    copyScheduler: () => seededScheduler(seed, delayStepsMax),
    admissionOrder: (waiting) => drawnFirst(`admit/${seed}`, waiting),
    preemptionVictim: (younger) => drawnFirst(`preempt/${seed}`, younger),
  };
}

/** Each event takes its own number of rounds; those that are due complete in a drawn order. */
function seededScheduler(seed: number, delayStepsMax: number): CopyScheduler {
  const rng = createRng(`copies/${seed}`);
  let now = 0;
  let open: { readonly due: number; readonly complete: () => void }[] = [];
  return {
    name: `seeded(${seed}, ${delayStepsMax})`,
    start: (_event, complete) => {
      const steps = rng.integer(delayStepsMax + 1);
      if (steps === 0) complete();
      else open.push({ due: now + steps, complete });
    },
    advance() {
      now++;
      const due = open.filter((event) => event.due <= now);
      // what a completion starts is opened behind these
      open = open.filter((event) => event.due > now);
      for (const { complete } of rng.shuffle(due)) complete();
      return open.length > 0;
    },
  };
}

/** The index of the one whose draw is lowest; a draw follows from seed and id alone. */
function drawnFirst(label: string, all: readonly { readonly id: string }[]): number {
  const draws = all.map(({ id }) => createRng(`${label}/${id}`).next());
  return draws.indexOf(Math.min(...draws));
}
