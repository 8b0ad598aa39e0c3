import { describe, expect, it } from 'vitest';
import { fixedClock, TargetError } from '../../../harness/ports/index.ts';
import { executePlan, unitsToDo, type ExecutePlanInput, type ProgressEvent } from '../../../harness/run/index.ts';
import type { Observation } from '../../../harness/schema/index.ts';
import {
  createFakeTarget,
  createJob,
  createObservation,
  createPlan,
  type FakeTarget,
} from '../../support/run-records.ts';

const lost = (code = 'TARGET_LANE_LOST'): TargetError =>
  new TargetError({ code, at: 'lane', expected: 'an answer', got: 'nothing', hint: '' });

interface Setup {
  readonly input: ExecutePlanInput;
  readonly lines: Observation[];
  readonly blobs: Set<string>;
  readonly events: ProgressEvent[];
}

function setUp(target: FakeTarget, change: Partial<ExecutePlanInput> = {}): Setup {
  const lines: Observation[] = [];
  const blobs = new Set<string>();
  const events: ProgressEvent[] = [];
  return {
    lines,
    blobs,
    events,
    input: {
      plan: createPlan(4),
      target,
      jobFor: createJob,
      precisionModes: ['f32'],
      writer: { putBlob: (sha256) => void blobs.add(sha256), append: (record) => void lines.push(record) },
      clock: fixedClock('2026-11-24T04:00:00.000Z', 5),
      signal: new AbortController().signal,
      onProgress: (event) => events.push(event),
      ...change,
    },
  };
}

/** Resolves when it is told to. */
function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('executePlan', () => {
  it('runs every unit once, in plan order on one lane', async () => {
    const { input, lines, events } = setUp(createFakeTarget());
    const outcome = await executePlan(input);
    expect(outcome).toEqual({ finished: 4, skipped: 0, aborted: false, tooManyErrors: false });
    expect(lines.map(({ unitId }) => unitId)).toEqual(input.plan.units.map(({ id }) => id));
    expect(lines.every(({ status, attempts }) => status === 'ok' && attempts.length === 1)).toBe(true);
    expect(events.filter(({ kind }) => kind === 'finished')).toHaveLength(4);
  });

  it('keeps a unit on one lane, and as many units in flight as there are lanes', async () => {
    let inFlight = 0;
    let most = 0;
    const target = createFakeTarget({
      lanes: 3,
      before: async () => {
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
      },
    });
    const { input } = setUp(target, { plan: createPlan(9) });
    await executePlan(input);
    expect(most).toBe(3);
    const lanes = new Map<string, Set<number>>();
    for (const { job, lane } of target.calls) lanes.set(job.unitId, (lanes.get(job.unitId) ?? new Set()).add(lane));
    expect([...lanes.values()].every((used) => used.size === 1)).toBe(true);
    expect(new Set(target.calls.map(({ lane }) => lane))).toEqual(new Set([0, 1, 2]));
  });

  it('redoes a unit as a whole after an error of the transport, and logs both attempts', async () => {
    const target = createFakeTarget({
      before: (_, count) => {
        if (count === 2) throw lost();
      },
    });
    const { input, lines, events } = setUp(target, { plan: createPlan(1) });
    await executePlan(input);
    expect(target.calls.map(({ job }) => job.levelId)).toEqual(['none', 'repeat-2', 'none', 'repeat-2']);
    expect(lines[0].status).toBe('ok');
    expect(lines[0].attempts.map(({ error }) => error === null)).toEqual([false, true]);
    expect(lines[0].attempts[0].error).toContain('level repeat-2');
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'attempt-failed', 'finished']);
  });

  it('records a unit whose attempts all fail, and goes on', async () => {
    const bad = createPlan(3).units[1].id;
    const target = createFakeTarget({
      before: ({ job }) => {
        if (job.unitId === bad) throw lost();
      },
    });
    const { input, lines } = setUp(target, { plan: createPlan(3) });
    const outcome = await executePlan(input);
    expect(outcome.finished).toBe(3);
    expect(lines.map(({ status }) => status)).toEqual(['ok', 'error', 'ok']);
    expect(lines[1].attempts).toHaveLength(3);
    expect(lines[1].why).toContain('expected an answer');
    expect(lines[1].levels).toEqual([]);
  });

  it.each([
    ['a refusal', lost('TARGET_REFUSED')],
    ['a number that is not finite', lost('TARGET_NOT_FINITE')],
    ['a defect', new TypeError('x is not a function')],
  ])('does not try again after %s', async (_, error) => {
    const target = createFakeTarget({
      before: () => {
        throw error;
      },
    });
    const { input, lines } = setUp(target, { plan: createPlan(1) });
    await executePlan(input);
    expect(lines[0]).toMatchObject({ status: 'error', attempts: [{ error: expect.stringContaining(error.message) }] });
    expect(target.calls).toHaveLength(1);
  });

  it('waits as long as the target asks, else twice as long each time, and says so', async () => {
    const busy = (retryAfterMs?: number): TargetError =>
      new TargetError({
        code: 'TARGET_BUSY',
        at: 'lane',
        expected: 'an answer',
        got: '429',
        hint: '',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    const errors = [busy(1234), busy(), busy()];
    const waits: number[] = [];
    const clock = fixedClock('2026-11-24T04:00:00.000Z');
    const target = createFakeTarget({
      before: () => {
        const error = errors.shift();
        if (error !== undefined) throw error;
      },
    });
    const { input, lines } = setUp(target, {
      plan: createPlan(1),
      clock: { ...clock, sleep: (ms, signal) => (waits.push(ms), clock.sleep(ms, signal)) },
      retry: { attemptsMax: 4, waitMsMax: 5000 },
    });
    await executePlan(input);
    expect(waits).toEqual([1234, 500, 1000]);
    expect(lines[0].attempts.map(({ waitMs }) => waitMs)).toEqual([1234, 500, 1000, 0]);
    expect(Date.parse(lines[0].stoppedAt ?? '') - Date.parse(lines[0].startedAt)).toBe(2734);
  });

  it('gives up on a target that asks for a longer wait than the rule allows', async () => {
    const target = createFakeTarget({
      before: () => {
        throw new TargetError({ code: 'TARGET_BUSY', at: 'lane', expected: '', got: '', hint: '', retryAfterMs: 5001 });
      },
    });
    const { input, lines } = setUp(target, { plan: createPlan(1), retry: { attemptsMax: 4, waitMsMax: 5000 } });
    await executePlan(input);
    expect(lines[0]).toMatchObject({ status: 'error', attempts: [{ waitMs: 0 }] });
  });

  it('takes no further unit after too many have failed', async () => {
    const target = createFakeTarget({
      before: () => {
        throw lost('TARGET_REFUSED');
      },
    });
    const { input, lines } = setUp(target, { plan: createPlan(9), errorsMax: 2 });
    expect(await executePlan(input)).toMatchObject({ finished: 3, aborted: false, tooManyErrors: true });
    expect(lines).toHaveLength(3);
  });

  it('records where a unit ran and how many were in flight with it', async () => {
    const target = {
      ...createFakeTarget({ lanes: 2, before: () => new Promise((resolve) => setImmediate(resolve)) }),
      endpoint: (lane: number) => `http://host-${lane}`,
    };
    const { input, lines } = setUp(target, { plan: createPlan(5) });
    await executePlan(input);
    expect(lines.map(({ lane, endpoint }) => endpoint === `http://host-${lane}`)).toEqual(lines.map(() => true));
    expect(lines[0].concurrency).toEqual({ atStart: 1, max: 2 });
    expect(lines.slice(1, 4).every(({ concurrency }) => 'max' in concurrency && concurrency.max === 2)).toBe(true);
  });

  it('skips what an earlier part of the run has done, and redoes its errors', async () => {
    const plan = createPlan(4);
    const earlier = [
      createObservation(plan.units[0].id),
      createObservation(plan.units[1].id, { status: 'error', why: 'lost' }),
      createObservation(plan.units[3].id, { status: 'unsupported', why: 'no bf16' }),
    ];
    const { input, lines } = setUp(createFakeTarget(), { plan, earlier });
    expect(unitsToDo(plan, earlier).map(({ id }) => id)).toEqual([plan.units[1].id, plan.units[2].id]);
    expect(await executePlan(input)).toEqual({ finished: 2, skipped: 2, aborted: false, tooManyErrors: false });
    expect(lines.map(({ unitId }) => unitId)).toEqual([plan.units[1].id, plan.units[2].id]);
  });

  it('has nothing to do when all is done', async () => {
    const plan = createPlan(2);
    const target = createFakeTarget();
    const earlier = plan.units.map(({ id }) => createObservation(id));
    const { input } = setUp(target, { plan, earlier });
    expect(await executePlan(input)).toEqual({ finished: 0, skipped: 2, aborted: false, tooManyErrors: false });
    expect(target.calls).toEqual([]);
  });

  it('takes no unit after the signal, and drops those in flight whole', async () => {
    const controller = new AbortController();
    const never = createGate();
    const target = createFakeTarget({
      lanes: 2,
      before: async (_, count) => {
        if (count <= 4) return;
        if (count === 6) controller.abort();
        await never.opened;
      },
    });
    const { input, lines } = setUp(target, { plan: createPlan(8), signal: controller.signal });
    const outcome = await executePlan(input);
    expect(outcome.aborted).toBe(true);
    expect(lines).toHaveLength(2);
    never.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toHaveLength(2);
    expect(target.calls).toHaveLength(6);
  });

  it('gives the same lines after an interruption and a resume as without', async () => {
    const measured = ({ unitId, status, levels }: Observation) => ({ unitId, status, levels });
    const whole = setUp(createFakeTarget());
    await executePlan(whole.input);
    const controller = new AbortController();
    const first = setUp(createFakeTarget({ before: (_, count) => void (count === 3 && controller.abort()) }), {
      signal: controller.signal,
    });
    expect((await executePlan(first.input)).aborted).toBe(true);
    const second = setUp(createFakeTarget(), { earlier: first.lines });
    await executePlan(second.input);
    expect([...first.lines, ...second.lines].map(measured)).toEqual(whole.lines.map(measured));
  });

  it('stops with the error of a store that cannot write', async () => {
    const full = new Error('ENOSPC: no space left on device');
    const target = createFakeTarget({ lanes: 2 });
    const { input } = setUp(target, {
      plan: createPlan(50),
      writer: {
        putBlob: () => undefined,
        append: () => {
          throw full;
        },
      },
    });
    await expect(executePlan(input)).rejects.toBe(full);
    expect(target.calls.length).toBeLessThan(10);
  });
});
