/**
 * F3: the capacity of an expert follows from the padded number of rows of the step; what goes beyond it is dropped.
 * @module
 */
import { specifiedDispatch } from '../../../engine/index.ts';
import type { EngineParts, Routing } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'capacity-counts-padding';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  expertDispatch: {
    ...specifiedDispatch,
    admit(routings) {
      const capacity = Math.ceil(routings.length / PADDED_TO) * (PADDED_TO / 4);
      const served = new Map<number, number>();
      return routings.map((routing): Routing => {
        const kept = Array.from(routing.experts, (expert) => {
          const count = (served.get(expert) ?? 0) + 1;
          served.set(expert, count);
          return count <= capacity;
        });
        if (kept.every(Boolean)) return routing;
        activation.hit();
        return {
          experts: routing.experts.filter((_, i) => kept[i]),
          weights: routing.weights.filter((_, i) => kept[i]),
        };
      });
    },
  },
};

const PADDED_TO = 8;
