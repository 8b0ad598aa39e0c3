/**
 * `--shard`: `2/3`, `auto`, or `auto/3`. `auto` reads what the scheduler tells each of its machines.
 * @module
 */
import { ConfigError } from '../ports/index.ts';
import type { Shard } from '../schema/index.ts';

const SHARDS_MAX = 4096;

/** Index and number; the rule (`by`) is a flag of its own. */
export type ShardPlace = Pick<Shard, 'index' | 'of'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError FLAG_SHARD */
export function shardPlace(text: string, env: Environment): ShardPlace {
  const auto = /^auto(?:\/(\d+))?$/.exec(text);
  if (auto !== null) return fromEnvironment(env, auto[1] === undefined ? null : Number(auto[1]));
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  if (parts === null)
    throw problem(
      'i/n with 1 <= i <= n, "auto", or "auto/n"',
      JSON.stringify(text),
      '--shard 2/3 is the second of three.',
    );
  return checked({ index: Number(parts[1]), of: Number(parts[2]) }, JSON.stringify(text));
}

/** Each scheduler counts in its own way: GitLab from 1, Kubernetes from 0 and without the total, Slurm as the array was given. */
function fromEnvironment(env: Environment, asked: number | null): ShardPlace {
  const from = (name: string): number | null => {
    const text = env[name];
    if (text === undefined || text === '') return null;
    if (!/^\d{1,9}$/.test(text))
      throw problem('an integer', `${name}=${JSON.stringify(text)}`, 'The scheduler sets it.');
    return Number(text);
  };
  const total = (own: number | null, name: string): number => {
    if (own !== null && asked !== null && own !== asked)
      throw problem(
        `the ${own} shards of ${name}`,
        `auto/${asked}`,
        'Give the number that the scheduler has, or none.',
      );
    const of = asked ?? own;
    if (of === null)
      throw problem(
        'auto/n',
        'auto',
        `${name} is not set, so say how many shards there are, for example --shard auto/3.`,
      );
    return of;
  };

  const gitlab = from('CI_NODE_INDEX');
  if (gitlab !== null)
    return checked({ index: gitlab, of: total(from('CI_NODE_TOTAL'), 'CI_NODE_TOTAL') }, `CI_NODE_INDEX=${gitlab}`);
  const kubernetes = from('JOB_COMPLETION_INDEX');
  if (kubernetes !== null)
    return checked(
      { index: kubernetes + 1, of: total(null, "the Job's spec.completions") },
      `JOB_COMPLETION_INDEX=${kubernetes}`,
    );
  const slurm = from('SLURM_ARRAY_TASK_ID');
  if (slurm !== null) {
    // `--array=0-6:2` has the ids 0, 2, 4, 6: the place in the array is what counts. Without its start, an array from 1.
    const first = from('SLURM_ARRAY_TASK_MIN') ?? 1;
    const step = from('SLURM_ARRAY_TASK_STEP') ?? 1;
    const of = total(from('SLURM_ARRAY_TASK_COUNT'), 'SLURM_ARRAY_TASK_COUNT');
    return checked({ index: (slurm - first) / Math.max(1, step) + 1, of }, `SLURM_ARRAY_TASK_ID=${slurm}`);
  }
  throw problem(
    'CI_NODE_INDEX (GitLab), JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID (Slurm)',
    'none of them set',
    'Give the shard as i/n, for example from a matrix: --shard 2/3.',
  );
}

function checked({ index, of }: ShardPlace, got: string): ShardPlace {
  if (of >= 1 && of <= SHARDS_MAX && Number.isInteger(index) && index >= 1 && index <= of) return { index, of };
  throw problem(
    `a shard from 1 to n, and n at most ${SHARDS_MAX}`,
    `${got}, that is shard ${index} of ${of}`,
    'Shards are counted from 1.',
  );
}

function problem(expected: string, got: string, hint: string): ConfigError {
  return new ConfigError({ code: 'FLAG_SHARD', at: '--shard', expected, got, hint });
}
