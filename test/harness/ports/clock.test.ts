import { describe, expect, it } from 'vitest';
import { fixedClock, systemClock } from '../../../harness/ports/index.ts';

describe('clock', () => {
  it('gives ISO time in UTC and milliseconds that never go back', () => {
    expect(systemClock.isoNow()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const first = systemClock.nowMs();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(first);
  });

  it('stands still when fixed without a step', () => {
    const clock = fixedClock('2026-01-02T03:04:05Z');
    expect([clock.nowMs(), clock.nowMs()]).toEqual([0, 0]);
    expect(clock.isoNow()).toBe('2026-01-02T03:04:05.000Z');
  });

  it('moves by its step at each nowMs, and isoNow shows it', () => {
    const clock = fixedClock('2026-01-02T03:04:05Z', 250);
    expect([clock.nowMs(), clock.nowMs()]).toEqual([0, 250]);
    expect(clock.isoNow()).toBe('2026-01-02T03:04:05.500Z');
  });

  it('refuses a date that is none', () => {
    expect(() => fixedClock('yesterday')).toThrow(RangeError);
  });
});
