/**
 * Side channels: what a target read beside the answers, from the counters of the levels.
 * @module
 */
import type { LeakageRow, LevelObservation } from '../../harness/schema/index.ts';

type SideChannels = NonNullable<LeakageRow['sideChannels']>;

interface SideChannelCount {
  add(level: Pick<LevelObservation, 'counters'>): void;
  /** Nothing where no level has looked. */
  row(): Pick<LeakageRow, 'sideChannels'>;
}

export function countSideChannels(): SideChannelCount {
  let total: SideChannels | null = null;
  return {
    add({ counters }) {
      // a target that did not look has none of these counters: absent, and not zero
      if (counters['sideBodies'] === undefined) return;
      const of = (name: string): number => counters[name] ?? 0;
      const {
        bodies = 0,
        errors = 0,
        routes = 0,
        unanswered = 0,
        planted = 0,
        plantedFound = 0,
        found = 0,
      } = total ?? {};
      total = {
        bodies: bodies + of('sideBodies'),
        errors: errors + of('sideErrors'),
        routes: routes + of('sideRoutes'),
        unanswered: unanswered + of('sideUnanswered'),
        planted: planted + of('sidePlanted'),
        plantedFound: plantedFound + of('sidePlantedFound'),
        found: found + of('sideFound'),
      };
    },
    row: () => (total === null ? {} : { sideChannels: total }),
  };
}
