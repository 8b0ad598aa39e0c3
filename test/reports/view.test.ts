import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  githubAnnotations,
  renderCyclonedx,
  renderGitlab,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderModelCard,
  renderModelIndex,
  renderSarif,
} from '../../reports/index.ts';
import { openChecks } from '../../reports/open-checks.ts';
import { failingFindings, viewOf } from '../support/run-fixture.ts';

const view = viewOf(failingFindings());

/** Texts as a reader of the format gets them. */
const strings = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(strings)
      : [];
const entities = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
const json = (text: string): string => strings(JSON.parse(text)).join('\n');

const ALL = {
  json: json(renderJson(view)),
  junit: entities(renderJunit(view)),
  cyclonedx: json(renderCyclonedx(view)),
  'model-card': json(renderModelCard(view)),
  'model-index': strings(parse(renderModelIndex(view).split('---\n')[1])).join('\n'),
};
const OPEN = {
  markdown: entities(renderMarkdown(view)),
  sarif: json(renderSarif(view)),
  gitlab: json(renderGitlab(view)),
  github: githubAnnotations(view).join('\n').replaceAll('%25', '%'),
};

describe('every format', () => {
  it.each(Object.entries(ALL))('%s has the number of every check as the view has it', (_name, text) => {
    for (const { observed } of view.checks) expect(text).toContain(observed);
  });

  it.each(Object.entries(OPEN))('%s has the number of every check that did not pass', (_name, text) => {
    expect(openChecks(view).length).toBeGreaterThan(2);
    for (const { observed } of openChecks(view)) expect(text).toContain(observed);
  });
});
