/**
 * Progress on stderr: on a terminal one line that is drawn over, with failures above it as they happen; off a terminal one plain
 * line for each finished unit, without cursor codes.
 * @module
 */
import type { ProgressEvent } from '../run/index.ts';
import type { Observation, Unit } from '../schema/index.ts';
import { isCi } from '../config/index.ts';
import { paint, wantsColour } from './colour.ts';
import type { CliIo } from './io.ts';
import { durationText, oneLine } from './words.ts';

const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

export interface Progress {
  readonly onEvent: (event: ProgressEvent) => void;
  /** A line of its own, above the bar. */
  readonly say: (line: string) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

export interface ProgressOptions {
  /** All units of the plan. */
  readonly planned: number;
  /** The units to do now. */
  readonly toDo: readonly Unit[];
  readonly io: CliIo;
  /** False with --no-progress: only failures are told. */
  readonly shown: boolean;
  readonly colour: boolean;
}

export function createProgress({ planned, toDo, io, shown, colour }: ProgressOptions): Progress {
  const { stderr, clock } = io;
  // A CI log keeps every redraw of a bar as a line of its own.
  const bar = shown && stderr.isTty && io.env['TERM'] !== 'dumb' && !isCi(io.env);
  const coloured = wantsColour(io, stderr, colour);
  const startMs = clock.nowMs();
  const costTotal = toDo.reduce((sum, unit) => sum + costOf(unit), 0);
  let done = planned - toDo.length;
  let costDone = 0;
  let current = '';
  let drawnMs = Number.NEGATIVE_INFINITY;

  const draw = (force: boolean): void => {
    if (!bar) return;
    const nowMs = clock.nowMs();
    if (!force && nowMs - drawnMs < REDRAW_MS) return;
    drawnMs = nowMs;
    const share = costTotal === 0 ? 1 : costDone / costTotal;
    const filled = Math.round(share * BAR_WIDTH);
    const left = costDone === 0 ? '' : ` · ${durationText(((nowMs - startMs) * (1 - share)) / share)} left`;
    const text = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done}/${planned}${left} · ${current}`;
    // One less than the width: a full line would wrap, and the next redraw would leave it behind.
    stderr.write(CLEAR_LINE + text.slice(0, Math.max(10, stderr.columns - 1)));
  };
  const say = (line: string): void => {
    stderr.write(bar ? `${CLEAR_LINE}${line}\n` : `${line}\n`);
    draw(true);
  };

  return {
    say,
    end: () => {
      if (bar) stderr.write(CLEAR_LINE);
    },
    onEvent: (event) => {
      switch (event.kind) {
        case 'started':
          current = event.unit.perturbation;
          draw(false);
          return;
        case 'attempt-failed':
          say(
            `${paint('yellow', 'attempt', coloured)} ${event.attempt} of ${event.unit.id} (${event.unit.perturbation}): ${oneLine(event.why)}`,
          );
          return;
        case 'finished': {
          done++;
          costDone += costOf(event.unit);
          const { status } = event.observation;
          if (status !== 'ok') say(failureLine(event.unit, event.observation, coloured));
          else if (shown && !bar) say(finishedLine(event.unit, event.observation, done, planned));
          draw(true);
          return;
        }
      }
    },
  };
}

function costOf(unit: Unit): number {
  return Math.max(1, unit.cost.tokens);
}

function finishedLine(unit: Unit, record: Observation, done: number, planned: number): string {
  const place = `[${String(done).padStart(String(planned).length)}/${planned}]`;
  if (record.cachedFrom !== undefined)
    return `${place} cached ${unit.perturbation} ${unit.id} ${unit.caseIds[0]} from ${record.cachedFrom}`;
  const ms = record.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
  return `${place} ${record.status} ${unit.perturbation} ${unit.id} ${unit.caseIds[0]} ${durationText(ms)}`;
}

function failureLine(unit: Unit, record: Observation, coloured: boolean): string {
  const word = paint(record.status === 'unsupported' ? 'yellow' : 'red', record.status, coloured);
  return `${word} ${unit.perturbation} ${unit.id} ${unit.caseIds[0]}: ${oneLine(record.why ?? '')}`;
}
