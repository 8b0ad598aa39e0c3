import { describe, expect, it } from 'vitest';
import type { ProfileFindings } from '../../../harness/schema/index.ts';
import { renderHtml, renderJson, renderMarkdown, renderTerminal, type View } from '../../../reports/index.ts';
import { profiled, takeProfile } from '../../support/profile.ts';
import { passingFindings, viewOf } from '../../support/run-fixture.ts';

const found = profiled(
  await takeProfile(
    { contextLengths: [64, 128, 256, 512], precisions: ['f32', 'w8a8'], tiers: ['none', 'warm'] },
    {
      firstTokenMs: (_job, tokens) => 2 + 0.25 * tokens,
      tokenMs: () => 0.5,
      counters: { promotions: 2 },
    },
  ),
);
const withProfile = (profile: ProfileFindings): View => viewOf({ ...passingFindings(), profile });
const view = withProfile(found);
const section = view.sections[3];

describe('the profile in a report', () => {
  it('is not there when none was asked for', () => {
    expect(viewOf(passingFindings()).sections.map(({ report }) => report)).toEqual(['determinism', 'drift', 'leakage']);
  });

  it('has a row for each curve with its ends and its slope, and the cells behind it on demand', () => {
    const [curves, cells] = section.table.groups;
    expect(curves.rows.map(({ cells: [name] }) => name.text)).toEqual([
      'f32, 1, none',
      'f32, 1, warm',
      'w8a8, 1, none',
      'w8a8, 1, warm',
    ]);
    expect(curves.rows[0].cells[2]).toEqual({
      text: '▂▃▅█ 18 → 130',
      sub: '0.25 ms a token of context, 0.25 to 0.25',
      marked: false,
    });
    expect(curves.rows[2].cells[2].text).toBe('not supported');
    expect(cells).toMatchObject({ collapsed: true });
    expect(cells.rows).toHaveLength(16);
    expect(cells.rows[0].cells[2]).toMatchObject({ text: '18', sub: '18 to 18; all 18 to 18' });
  });

  it('draws each quantity along the context, with the interval of each point', () => {
    expect(section.figures.map(({ id }) => id)).toEqual(['profile-first-token', 'profile-token', 'profile-bytes']);
    const [first] = section.figures;
    if (first.kind !== 'lines') throw new Error(`expected lines, got ${first.kind}`);
    expect(first.x).toEqual(['64', '128', '256', '512']);
    expect(first.series.map(({ name, values, low, high }) => [name, values, low, high])).toEqual(
      ['f32, 1, none', 'f32, 1, warm'].map((name) => [name, [18, 34, 66, 130], [18, 34, 66, 130], [18, 34, 66, 130]]),
    );
  });

  it('stands in every format, and changes neither verdict nor cards', () => {
    const plain = viewOf(passingFindings());
    expect([view.banner, view.cards, view.checks, view.matrix]).toEqual([
      plain.banner,
      plain.cards,
      plain.checks,
      plain.matrix,
    ]);
    for (const text of [
      renderTerminal(view, { color: false, width: 100 }),
      renderMarkdown(view),
      renderJson(view),
      renderHtml(view),
    ])
      expect(text).toMatch(/▂▃▅█ 18 → 130/);
    for (const line of renderTerminal(view, { color: false, width: 60 }).split('\n'))
      expect([...line].length).toBeLessThanOrEqual(60);
  });

  it('tells a target that cannot be timed from a profile that was not taken', () => {
    const headline = (profile: ProfileFindings): string => withProfile(profile).sections[3].headline;
    expect(headline({ kind: 'unsupported', why: 'a null target' })).toBe(
      'Not supported by this target: a null target.',
    );
    expect(headline({ kind: 'not-measured', why: 'a shard' })).toBe('Not measured: a shard.');
  });
});
