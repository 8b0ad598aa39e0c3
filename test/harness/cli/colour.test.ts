import { describe, expect, it } from 'vitest';
import { wantsColour } from '../../../harness/cli/colour.ts';

describe('wantsColour', () => {
  it.each([
    [{}, true, true, true],
    [{}, false, true, false],
    [{}, true, false, false],
    [{ NO_COLOR: '1' }, true, true, false],
    [{ NO_COLOR: '' }, true, true, true],
    [{ FORCE_COLOR: '1' }, false, true, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true, true],
    [{ FORCE_COLOR: '0' }, true, true, false],
    [{ FORCE_COLOR: '1' }, true, false, false],
    [{ TERM: 'dumb' }, true, true, false],
  ])('env %j, terminal %s, flag %s: %s', (env, isTty, flag, colour) => {
    expect(wantsColour({ env }, { isTty }, flag)).toBe(colour);
  });
});
