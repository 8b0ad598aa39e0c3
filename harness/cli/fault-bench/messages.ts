/** What a bench lane in a worker tells the thread that started it. @module */
import type { Trial } from '../../../suites/fault-bench/index.ts';

export type LaneMessage =
  | { readonly kind: 'trial'; readonly trial: Trial }
  | { readonly kind: 'unclean'; readonly protocol: string; readonly seed: string; readonly why: string }
  | { readonly kind: 'done' };
