/**
 * Split policies: how the key blocks of one decode step are cut for parallel processing.
 *
 * `none` and `fixed` depend on one request alone. `flashmla` is the scheduler of the public kernel: its cuts depend on the
 * batch mates' lengths, the position in the batch and the number of multiprocessors, which is why a real server's logits
 * depend on its batch. Source: FlashMLA get_decoding_sched_meta; specification sections 11.3 and 11.4.
 * @module
 */
import { keyBlocks } from '../kernels/index.ts';
import type { SplitCuts } from '../kernels/index.ts';

/** One request's list lengths in one layer at one decode step. */
export interface DecodeLengths {
  readonly window: number;
  readonly compressed: number;
}

export interface SplitPolicy {
  readonly name: string;
  /** Cut positions (block numbers at which a new split begins) per request, in batch order. */
  cuts(requests: readonly DecodeLengths[], keyBlock: number): SplitCuts[];
}

export type SplitPolicyOption =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly splits: number }
  | { readonly kind: 'flashmla'; readonly multiprocessors: number; readonly overhead: number };

export function createSplitPolicy(option: SplitPolicyOption): SplitPolicy {
  switch (option.kind) {
    case 'none':
      return { name: 'none', cuts: (requests) => requests.map(() => []) };
    case 'fixed':
      return {
        name: `fixed(${option.splits})`,
        cuts: (requests, keyBlock) =>
          requests.map((r) => evenCuts(keyBlocks(r.window, r.compressed, keyBlock), option.splits)),
      };
    case 'flashmla':
      return {
        name: `flashmla(multiprocessors=${option.multiprocessors}, overhead=${option.overhead})`,
        cuts: (requests, keyBlock) =>
          flashMlaCuts(
            requests.map((r) => Math.max(1, keyBlocks(r.window, r.compressed, keyBlock))),
            option.multiprocessors,
            option.overhead,
          ),
      };
  }
}

function evenCuts(blocks: number, splits: number): number[] {
  const per = Math.ceil(blocks / splits);
  const out: number[] = [];
  for (let at = per; at < blocks; at += per) out.push(at);
  return out;
}

/**
 * FlashMLA's scheduler: requests are laid end to end over equal parts; a request that does not fit is cut where the part ends.
 *
 * @param blocks - key blocks of each request
 * @param parts - multiprocessor parts (132 on H100 with up to 64 heads)
 * @param overhead - fixed cost of starting a request, in blocks (5 on SM90)
 * @returns per request, the block numbers at which a new split begins
 */
export function flashMlaCuts(blocks: readonly number[], parts: number, overhead: number): number[][] {
  const total = blocks.reduce((sum, b) => sum + b + overhead, 0);
  const payload = Math.ceil(total / parts) + overhead;
  const cuts: number[][] = blocks.map(() => []);
  let request = 0;
  let done = 0;
  for (let part = 0; part < parts && request < blocks.length; part++) {
    let room = payload;
    while (request < blocks.length) {
      const left = blocks[request] - done;
      if (room >= left + overhead) {
        room -= left + overhead;
        request++;
        done = 0;
        continue;
      }
      if (room > overhead) {
        done += room - overhead;
        cuts[request].push(done);
      }
      break;
    }
  }
  return cuts;
}
