import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../reports/index.ts';
import { failingFindings, viewOf } from '../../support/run-fixture.ts';

const html = renderHtml(viewOf(failingFindings()));
const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]);
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the HTML report', () => {
  it('allows exactly the scripts and the style that it holds, and no network', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(scripts).toHaveLength(2);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${scripts.map(hashOf).join(' ')};`);
    expect(policy).toContain(`style-src ${hashOf(style)};`);
    expect(policy).not.toMatch(/unsafe|https?:/);
  });

  it('loads nothing and handles nothing inline', () => {
    const markup = html.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<style>[\s\S]*?<\/style>/, '');
    expect(markup).not.toMatch(/\bsrc=|<link|\son\w+=|javascript:/i);
  });

  it('keeps the view inside its element, whatever a model answered', () => {
    const json = /<script type="application\/json" id="view">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(json).not.toContain('<');
    expect(JSON.parse(json)).toEqual(viewOf(failingFindings()));
    expect(html).not.toContain('<img src=x');
  });

  it('has no two functions, constants or classes of one name in the joined page script', () => {
    const names = [...scripts[1].matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('has no two modules with one name at their top: joined, the later one would take the place of the other', () => {
    const names = [...scripts[1].matchAll(/^(?:async function|function|const|let|class) (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.length).toBeGreaterThan(50);
  });

  it('has one page script without module syntax', () => {
    expect(scripts[1]).not.toMatch(/^\s*(import|export) /m);
    expect(() => new Script(scripts[1])).not.toThrow();
  });
});
