/**
 * Expert dispatch: which of a step's routings are served, and in which order a token's expert outputs are summed.
 *
 * The defaults serve all and sum in ascending expert number, then the shared expert, whatever the batch. Source: specification section 14.
 * @module
 */
import type { Routing } from './moe.ts';

export interface ExpertDispatch {
  readonly name: string;
  /** May drop experts from routings (a capacity limit). One routing per row of the step. */
  admit(routings: readonly Routing[]): readonly Routing[];
  /** The order in which the outputs of a token's experts are summed: indices into routing.experts, and SHARED_EXPERT. */
  combineOrder(routing: Routing, row: number, rows: number): Int32Array;
}

/** The shared expert in an order of summation. */
export const SHARED_EXPERT = -1;

export const specifiedDispatch: ExpertDispatch = {
  name: 'specified',
  admit: (routings) => routings,
  combineOrder({ experts }) {
    const order = new Int32Array(experts.length + 1);
    for (let i = 0; i < experts.length; i++) {
      let at = i;
      for (; at > 0 && experts[order[at - 1]] > experts[i]; at--) order[at] = order[at - 1];
      order[at] = i;
    }
    order[experts.length] = SHARED_EXPERT;
    return order;
  },
};
