import { describe, expect, it } from 'vitest';
import { shardPlace } from '../../../harness/cli/shard-flag.ts';
import { ConfigError } from '../../../harness/ports/index.ts';

describe('--shard', () => {
  it.each([
    ['1/1', {}, 1, 1],
    ['2/3', {}, 2, 3],
    ['auto', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' }, 3, 4],
    ['auto/4', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' }, 3, 4],
    ['auto/3', { JOB_COMPLETION_INDEX: '0' }, 1, 3],
    ['auto/3', { JOB_COMPLETION_INDEX: '2' }, 3, 3],
    ['auto', { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '5' }, 1, 5],
    ['auto', { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '5', SLURM_ARRAY_TASK_MIN: '0' }, 1, 5],
    [
      'auto',
      {
        SLURM_ARRAY_TASK_ID: '14',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '2',
      },
      3,
      3,
    ],
  ])('%s with %o is shard %i of %i', (text, env, index, of) => {
    expect(shardPlace(text, env)).toEqual({ index, of });
  });

  it.each([
    ['0/3', {}, 'shard 0 of 3'],
    ['4/3', {}, 'shard 4 of 3'],
    ['two/3', {}, '"two/3"'],
    ['1/5000', {}, 'at most 4096'],
    ['auto', {}, 'none of them set'],
    ['auto', { JOB_COMPLETION_INDEX: '0' }, '--shard auto/3'],
    ['auto', { CI_NODE_INDEX: '1' }, 'CI_NODE_TOTAL is not set'],
    ['auto/5', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, 'got auto/5'],
    ['auto/3', { JOB_COMPLETION_INDEX: '3' }, 'shard 4 of 3'],
    ['auto/3', { JOB_COMPLETION_INDEX: 'x' }, 'JOB_COMPLETION_INDEX="x"'],
    ['auto', { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '5' }, 'shard 0 of 5'],
  ])('%s with %o is refused', (text, env, words) => {
    expect(() => shardPlace(text, env)).toThrow(ConfigError);
    expect(() => shardPlace(text, env)).toThrow(words);
  });
});
