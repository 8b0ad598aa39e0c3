/**
 * Expert dispatch: which of a step's routings are served, and in which order a token's expert outputs are summed.
 *
 * The defaults serve all and sum in ascending expert number, whatever the batch. Source: specification section 14.
 * @module
 */
import type { Routing } from './moe.ts';

export interface ExpertDispatch {
  readonly name: string;
  /** May drop experts from routings (a capacity limit). One routing per row of the step. */
  admit(routings: readonly Routing[]): readonly Routing[];
  /** The order in which the outputs of a token's experts are summed: indices into routing.experts. */
  combineOrder(routing: Routing, row: number, rows: number): Int32Array;
}

export const specifiedDispatch: ExpertDispatch = {
  name: 'specified',
  admit: (routings) => routings,
  combineOrder: ({ experts }) => Int32Array.from(experts, (_, i) => i).sort((a, b) => experts[a] - experts[b]),
};
