import { describe, expect, it } from 'vitest';
import { agendaOf, trialsIn } from '../../../../harness/cli/fault-bench/agenda.ts';
import { controls, faults } from '../../../../suites/fault-bench/index.ts';

const runsOf = (agenda: ReturnType<typeof agendaOf>, id: string): number =>
  agenda.filter(({ ids }) => ids.includes(id)).length;

describe('the agenda of the fault bench', () => {
  const running = controls.filter(({ protocols }) => protocols.length > 0);
  const all = [...faults, ...running].map(({ id }) => id);

  it('tries every fault on each seed, and every control in 200 runs or more with 20 seeds', () => {
    const agenda = agendaOf(all, 20);
    for (const { id } of faults) expect([id, runsOf(agenda, id)]).toEqual([id, 20]);
    for (const { id, protocols } of running) {
      expect(runsOf(agenda, id) * protocols.length, id).toBeGreaterThanOrEqual(200);
      expect(runsOf(agenda, id), id).toBeGreaterThanOrEqual(20);
    }
    expect(new Set(agenda.map(({ seed }) => seed)).size).toBe(agenda.length);
  });

  it('counts a trial for each fault and for each protocol of a control', () => {
    expect(trialsIn(agendaOf(['F1', 'F2'], 3))).toBe(6);
    const two = running.find(({ protocols }) => protocols.length === 2);
    expect(trialsIn(agendaOf([two?.id ?? ''], 1))).toBe(10);
  });
});
