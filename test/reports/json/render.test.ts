import { expect, it } from 'vitest';
import { renderJson } from '../../../reports/index.ts';
import { failingFindings, viewOf } from '../../support/run-fixture.ts';

it('the JSON report is the view, ends with a newline, and has the same bytes every time', () => {
  const view = viewOf(failingFindings());
  const text = renderJson(view);
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toEqual(view);
  expect(renderJson(viewOf(failingFindings()))).toBe(text);
});
