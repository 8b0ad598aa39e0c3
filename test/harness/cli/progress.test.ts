import { describe, expect, it } from 'vitest';
import { createProgress, type Progress } from '../../../harness/cli/progress.ts';
import { createIo, type CapturedIo } from '../../support/command-line.ts';
import { createObservation, createPlan } from '../../support/run-records.ts';

const { units } = createPlan(4);

function setUp(isTty: boolean, shown = true): { io: CapturedIo; progress: Progress } {
  const io = createIo({ cwd: '/', isTty });
  return { io, progress: createProgress({ planned: 4, toDo: units.slice(1), io, shown, colour: false }) };
}

function finish(progress: Progress, index: number, status: 'ok' | 'error' = 'ok'): void {
  const unit = units[index];
  const why = status === 'ok' ? null : 'lane\u001b[2J\nlost';
  progress.onEvent({ kind: 'started', unit, lane: 0 });
  progress.onEvent({ kind: 'finished', unit, observation: createObservation(unit.id, { status, why }) });
}

describe('progress', () => {
  it('is one plain line for each unit off a terminal, counting what was done before', () => {
    const { io, progress } = setUp(false);
    finish(progress, 1);
    finish(progress, 2, 'error');
    progress.end();
    expect(io.err()).toBe(
      `[2/4] ok repeat ${units[1].id} case-1 0.0 s\nerror repeat ${units[2].id} case-2: lane [2J lost\n`,
    );
  });

  it('is a bar with the share of cost and the time left on a terminal; failures stay above it', () => {
    const { io, progress } = setUp(true);
    finish(progress, 1);
    finish(progress, 2, 'error');
    const frames = io.err().split('\r\u001b[2K');
    expect(frames).toContain(`error repeat ${units[2].id} case-2: lane [2J lost\n`);
    expect(frames.at(-1)).toMatch(/^█{16}░{8} 3\/4 · [\d.]+ s left · repeat$/);
    progress.end();
    expect(io.err().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('off tells failures all the same', () => {
    const { io, progress } = setUp(true, false);
    finish(progress, 1);
    expect(io.err()).toBe('');
    finish(progress, 2, 'error');
    expect(io.err()).toMatch(/^error repeat/);
  });
});
