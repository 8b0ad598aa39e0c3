import { describe, expect, it } from 'vitest';
import { countSideChannels } from '../../../suites/leakage/side-channels.ts';

describe('side channels', () => {
  it('are the sum of what levels counted, and nothing where none has looked', () => {
    const none = countSideChannels();
    none.add({ counters: { cachedTokens: 1 } });
    expect(none.row()).toEqual({});
    const some = countSideChannels();
    const counters = { sideBodies: 16, sideErrors: 9, sidePlanted: 18, sidePlantedFound: 18, sideFound: 1 };
    some.add({ counters });
    some.add({ counters: { ...counters, sideRoutes: 3, sideUnanswered: 2 } });
    expect(some.row()).toEqual({
      sideChannels: { bodies: 32, errors: 18, routes: 3, unanswered: 2, planted: 36, plantedFound: 36, found: 2 },
    });
  });
});
