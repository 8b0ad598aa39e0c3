import { describe, expect, it } from 'vitest';
import { repeat } from '../../perturbations/index.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

describe('repeat', () => {
  it('has a control and one level for each further time', () => {
    const [cell] = repeat.cells(inputOf(repeat, sampleCases(1), { times: 4 }));
    expect(cell.levels.map((level) => [level.id, level.reference])).toEqual([
      ['none', null],
      ['repeat-2', 'none'],
      ['repeat-3', 'none'],
      ['repeat-4', 'none'],
    ]);
  });

  it('sends the same request at every level', () => {
    const waves = expand(repeat, inputOf(repeat, sampleCases(1), { times: 3 })).map(({ job }) => job.waves);
    expect(waves[1]).toEqual(waves[0]);
    expect(waves[2]).toEqual(waves[0]);
  });
});
