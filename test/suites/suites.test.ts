import { describe, expect, it } from 'vitest';
import { reportKind } from '../../harness/schema/index.ts';
import { suites } from '../../suites/index.ts';

describe('the registry of suites', () => {
  it('has one suite for each kind of report, in order', () => {
    expect(suites.map(({ id }) => id)).toEqual(reportKind.options);
  });

  it.each(suites)('$id says what it can show and what it cannot', ({ what }) => {
    expect(what).toMatch(/^Shows .* not show /s);
  });
});
