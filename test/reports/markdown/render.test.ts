import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../reports/index.ts';
import { failingFindings, HOSTILE, viewOf } from '../../support/run-fixture.ts';

describe('the Markdown report', () => {
  it('says the verdict, every report, what did not pass and how to make it again', () => {
    const view = viewOf(failingFindings());
    const text = renderMarkdown(view);
    expect(text).toMatch(/^## \S+ evenkeel: \w+/);
    for (const { title } of view.cards)
      expect(text).toContain(`| ${title.replace(/[()]/g, (c) => `&#${c.charCodeAt(0)};`)} |`);
    const open = view.checks.filter(({ status }) => status.outcome !== 'pass' && status.outcome !== 'measured');
    expect(open.length).toBeGreaterThan(0);
    for (const { place } of open) expect(text).toContain(`\`${place}\``);
    expect(text).toContain(view.banner.reproduce);
  });

  it('holds no markup, mention or link from a model or a server', () => {
    const view = viewOf(failingFindings());
    const evil = `${HOSTILE} [x](javascript:1) ![y](http://evil/z.png) @team #1 | **b** \`c\` <details>`;
    const checks = view.checks.map((check) => ({ ...check, reason: evil, place: evil, observed: evil, rule: evil }));
    const text = renderMarkdown({ ...view, checks, target: evil, banner: { ...view.banner, sentence: evil } });
    const outsideCode = text.replace(/(`+)[^\n]*?[^`]\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/<img|<details|\]\(|!\[|@team|\*\*|http:/);
    // every row of a table has as many cells as its head
    for (const line of text.split('\n').filter((one) => one.startsWith('| ')))
      expect([4, 5]).toContain(line.replaceAll('\\|', '').split('|').length - 1);
  });

  it('fits a comment, and counts what it leaves out', () => {
    const view = viewOf(failingFindings());
    const failing = view.checks.find(({ status }) => status.outcome === 'fail');
    if (failing === undefined) throw new Error('expected a failing check');
    const checks = Array.from({ length: 5000 }, () => failing);
    const text = renderMarkdown({ ...view, checks });
    expect(text.length).toBeLessThan(65_536);
    const shown = text.split('\n').filter((line) => line.includes(`\`${failing.place}\``)).length;
    expect(text).toContain(`and ${5000 - shown} more`);
  });
});
