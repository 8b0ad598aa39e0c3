/**
 * Eviction policies: which object leaves a full tier. Ties go to the older object.
 * @module
 */

/** What a policy may look at. Uses are counted by a logical clock. */
export interface EvictionCandidate {
  readonly id: string;
  /** Users that read the object now; a pinned object must not move. */
  readonly pins: number;
  /** Whether a copy of it is on its way. */
  readonly moving: boolean;
  readonly lastUse: number;
  readonly uses: number;
  readonly born: number;
}

export interface EvictionPolicy {
  readonly name: string;
  /** The object to evict, or null when none may go. */
  victim(candidates: Iterable<EvictionCandidate>): EvictionCandidate | null;
  /** Whether an object may leave its tier now; asked again when its copy ends. */
  mayLeave(candidate: EvictionCandidate): boolean;
}

export const EVICTION_POLICIES = ['lru', 'lfu', 'fifo'] as const;
export type EvictionPolicyName = (typeof EVICTION_POLICIES)[number];

type Compare = (a: EvictionCandidate, b: EvictionCandidate) => number;

const COMPARE: Readonly<Record<EvictionPolicyName, Compare>> = {
  lru: (a, b) => a.lastUse - b.lastUse || a.born - b.born,
  lfu: (a, b) => a.uses - b.uses || a.lastUse - b.lastUse || a.born - b.born,
  fifo: (a, b) => a.born - b.born,
};

export function createEvictionPolicy(name: EvictionPolicyName): EvictionPolicy {
  const before = COMPARE[name];
  return {
    name,
    victim(candidates) {
      let best: EvictionCandidate | null = null;
      for (const candidate of candidates)
        if (!candidate.moving && this.mayLeave(candidate) && (best === null || before(candidate, best) < 0))
          best = candidate;
      return best;
    },
    mayLeave: ({ pins }) => pins === 0,
  };
}
