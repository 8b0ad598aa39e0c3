/**
 * Matchers for a team's own tests: a target, some prompts, one promise. Each runs the suites and the gate over a measurement in memory.
 *
 * "Cannot tell" is neither a pass nor a failure: it is an error in both directions, with what would decide it.
 * @module
 */
import { judge } from '../gate/index.ts';
import { measure, type Measurement } from '../measure/index.ts';
import {
  policy,
  type Case,
  type Check,
  type DriftBound,
  type Policy,
  type ReportKind,
  type Target,
} from '../schema/index.ts';
import { CheckError, checkText, failed, undecided } from './judgement.ts';

export interface MatcherOptions {
  /** One case each; for prompts with parts give `cases`. */
  readonly prompts?: readonly string[];
  readonly cases?: readonly Case[];
  /** Tokens per answer. Default: 16. */
  readonly maxTokens?: number;
  /** Default: greedy. */
  readonly temperature?: number;
  readonly seed?: string;
  /** The failure rate that a pass may still allow (0 of n comparisons bound it by 1 - 0.05^(1/n)). Default: the policy's, 0.2. */
  readonly maxFailureRate?: number;
}

export interface BatchInvarianceOptions extends MatcherOptions {
  /** Default: 1, 2, 4 as far as there are prompts. */
  readonly sizes?: readonly number[];
}

export interface LeakOptions extends MatcherOptions {
  /** Other requests beside and before each prompt. Default: 3. */
  readonly mates?: number;
  /** Outputs that hold a foreign canary: the rate that a pass may still allow. Default: the policy's, 0.01. */
  readonly maxCanaryRate?: number;
}

export interface DriftOptions extends MatcherOptions {
  /** Options by perturbation id, as in a config: `{ precision: { levels: ['f32', 'bf16'] } }`. */
  readonly perturbations: Readonly<Record<string, unknown>>;
  /** Held at every level that may move. */
  readonly bound: DriftBound;
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

const PROMPT_SCORE_POSITIONS = 32;

/** For `expect.extend`. */
export const evenkeelMatchers = {
  /** Each prompt gets the same bits (tokens, where there are no bits) at every batch size, row and length of its neighbours. */
  async toBeBatchInvariant(target: Target, options: BatchInvarianceOptions): Promise<MatcherResult> {
    const cases = casesOf(options);
    const sizes = options.sizes ?? [1, 2, 4].filter((size) => size <= Math.max(2, cases.length));
    const measured = await measureOf(target, options, { 'batch-size': { sizes } });
    return resultOf(measured.verdict.checks, 'determinism', 'batch-invariant');
  },

  /** No prompt's answer depends on the content of requests beside or before it, and none holds the canary of another. */
  async toNotLeak(target: Target, options: LeakOptions): Promise<MatcherResult> {
    const { mates = 3 } = options;
    const own = options.maxCanaryRate === undefined ? {} : { maxCanaryRate: options.maxCanaryRate };
    const measured = await measureOf(target, options, { 'batch-content': { mates }, 'prior-content': { mates } }, own);
    return resultOf(measured.verdict.checks, 'leakage', 'free of leaks between requests');
  },

  /** At every level that may move, the drift from its reference keeps the bound. */
  async toStayWithinDrift(target: Target, options: DriftOptions): Promise<MatcherResult> {
    const measured = await measureOf(target, options, options.perturbations);
    const { findings } = measured;
    const axes = findings.drift.filter(({ promise }) => promise === 'drift').map(({ axis }) => axis);
    if (axes.length === 0) throw new Error('toStayWithinDrift: no level of these perturbations may move');
    const bounded = policyOf(options, { drift: Object.fromEntries(axes.map((axis) => [axis, options.bound])) });
    const { card } = await target.describe();
    // the day decides waivers, and there are none
    const verdict = judge({
      findings,
      policy: bounded,
      planComplete: true,
      comparison: null,
      card,
      today: '2000-01-01',
    });
    return resultOf(verdict.checks, 'drift', 'within the bound of drift');
  },
};

function resultOf(checks: readonly Check[], report: ReportKind, what: string): MatcherResult {
  const own = checks.filter((check) => check.report === report);
  const broken = failed(own);
  const open = undecided(own);
  if (own.length === 0) throw new Error(`cannot tell whether the target is ${what}: nothing was checked`);
  if (broken.length === 0 && open.length > 0) throw new CheckError(open);
  return {
    pass: broken.length === 0,
    message: () =>
      broken.length === 0
        ? `expected the target not to be ${what}; ${own.length} checks passed`
        : `expected the target to be ${what}\n${broken.map(checkText).join('\n')}`,
  };
}

async function measureOf(
  target: Target,
  options: MatcherOptions,
  perturbations: Readonly<Record<string, unknown>>,
  ownPolicy: Readonly<Record<string, unknown>> = {},
): Promise<Measurement> {
  if (typeof (target as Partial<Target> | null)?.runLevel !== 'function')
    throw new TypeError('expected a target, as createEndpointTarget or createReferenceEngineTarget (awaited) make one');
  const measured = await measure({
    target,
    cases: casesOf(options),
    perturbations,
    generation: {
      maxTokens: options.maxTokens ?? 16,
      temperature: options.temperature ?? 0,
      seed: 0,
      scoreLastPositions: PROMPT_SCORE_POSITIONS,
    },
    policy: policyOf(options, ownPolicy),
    seed: options.seed ?? 'evenkeel/vitest',
  });
  const [missing] = measured.findings.missing;
  if (missing !== undefined) throw new Error(`the target could not be measured: ${missing.why}`);
  return measured;
}

function policyOf({ maxFailureRate }: MatcherOptions, own: Readonly<Record<string, unknown>>): Policy {
  return policy.parse({ name: 'vitest', ...(maxFailureRate === undefined ? {} : { maxFailureRate }), ...own });
}

function casesOf({ prompts = [], cases = [] }: MatcherOptions): Case[] {
  const all = [
    ...cases,
    ...prompts.map((text, at): Case => ({
      id: `prompt-${at + 1}`,
      tags: [],
      parts: [{ label: 'instruction', text }],
    })),
  ];
  if (all.length === 0) throw new Error('expected at least one prompt or case, got none');
  return all;
}
