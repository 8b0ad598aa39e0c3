/**
 * F2: the outputs of the experts are summed in the order in which rows arrive, not by expert number.
 * @module
 */
import { specifiedDispatch } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'moe-combine-arrival-order';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  expertDispatch: {
    ...specifiedDispatch,
    combineOrder(routing, row, rows) {
      const order = specifiedDispatch.combineOrder(routing, row, rows);
      if (row % 2 === 0) return order;
      activation.hit();
      return order.toReversed();
    },
  },
};
