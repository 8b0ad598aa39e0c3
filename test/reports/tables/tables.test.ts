import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Observation, RequestObservation } from '../../../harness/schema/index.ts';
import { exportPage, exportTables, type ExportSource, type Value } from '../../../reports/tables/index.ts';
import {
  createDeterminismRow,
  createDriftRow,
  createEquality,
  createFindings,
  createLeakageRow,
  judgeFindings,
} from '../../support/findings.ts';
import { failingFindings } from '../../support/run-fixture.ts';
import { createSource } from '../../support/export-tables.ts';
import { createJob, createObservation, createPlan, fakeResult } from '../../support/run-records.ts';

/** Rows by column name. */
function rowsOf(name: string, source: ExportSource, withOutputs = false): Record<string, Value>[] {
  const declared = exportTables.find((table) => table.name === name);
  if (declared === undefined) throw new Error(`no table ${name}`);
  const table = declared.select({ withOutputs });
  return [...table.records(source)].map((values) =>
    Object.fromEntries(table.columns.map((column, at) => [column.name, values[at]])),
  );
}

function observed(change: Partial<RequestObservation> = {}): { source: ExportSource; observation: Observation } {
  const plan = createPlan(2);
  const [unit] = plan.units;
  const levels = unit.levels.map((level) => {
    const { record } = fakeResult(createJob(unit, level));
    return { ...record, requests: record.requests.map((request) => ({ ...request, ...change })) };
  });
  const observation = createObservation(unit.id, { levels });
  const logged = {
    unitId: unit.id,
    status: 'ok',
    why: null,
    lane: 0,
    attempts: 1,
    cachedFrom: null,
    durationMs: 1,
  } as const;
  return { source: createSource({ plan, observations: [observation], units: [logged] }), observation };
}

const SECRET = 'the secret of the output';

describe('tables of an export', () => {
  it('have names that SQL takes without quotes, and a meaning for every column', () => {
    for (const { name, columns } of exportTables) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(new Set(columns.map((column) => column.name)).size).toBe(columns.length);
      for (const column of columns) {
        expect(column.name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(column.meaning).toMatch(/\.$/);
      }
    }
  });

  it('show a request as it was recorded', () => {
    const { source, observation } = observed();
    const [control, repeat] = rowsOf('observations', source, true);
    const request = observation.levels[1].requests[0];
    expect(control).toMatchObject({ level: 'none', reference: null });
    expect(repeat).toMatchObject({
      unit_id: observation.unitId,
      level: 'repeat-2',
      reference: 'none',
      promise: 'bit-equal',
      request_id: request.requestId,
      prompt_tokens: 3,
      output_tokens: 2,
      logprobs: 2,
      logprob_mean: -0.375,
      logprob_min: -0.5,
      logits_sha256: request.stepSha256[0],
      text: 'ab',
      token_ids: JSON.stringify(request.tokenIds),
      text_sha256: createHash('sha256').update('ab').digest('hex'),
      cached_tokens: null,
      http_status: null,
    });
  });

  it('keep what is not there apart from zero', () => {
    const { source } = observed({
      logprobs: [null, 0],
      cachedTokens: 0,
      promptTokens: null,
      generated: { kind: 'unsupported', why: 'no logits' },
    });
    expect(rowsOf('observations', source)[0]).toMatchObject({
      logprobs: 1,
      logprob_mean: 0,
      cached_tokens: 0,
      prompt_tokens: null,
      logits_sha256: null,
      logits_state: 'unsupported',
    });
    expect(rowsOf('tokens', source).map(({ logprob }) => logprob)).toEqual([null, 0, null, 0]);
  });

  it('give texts, tokens and canaries only when outputs are asked for', () => {
    const { source } = observed({ text: SECRET, canary: 'canary-of-one', tokenIds: [77_777_777, 2] });
    const findings = failingFindings();
    const full = { ...source, findings, verdict: judgeFindings({ findings }) };
    const all = (withOutputs: boolean): string =>
      JSON.stringify(exportTables.map(({ name }) => rowsOf(name, full, withOutputs)));
    for (const secret of [SECRET, 'canary-of-one', '77777777', 'onerror=alert']) {
      expect(all(false)).not.toContain(secret);
      expect(all(true)).toContain(secret);
    }
  });

  it('name a unit that left nothing in the log', () => {
    const { source } = observed();
    expect(rowsOf('units', source)).toMatchObject([
      { position: 0, status: 'ok', attempts: 1 },
      { position: 1, status: 'missing', attempts: null, duration_ms: null },
    ]);
  });

  it('refuse an observation of a level that its unit has not', () => {
    const { source, observation } = observed();
    const other = { ...observation, levels: [{ ...observation.levels[0], levelId: 'other' }] };
    expect(() => rowsOf('levels', { ...source, observations: [other] })).toThrow(
      'expected a level of this unit in plan.json, got "other"',
    );
  });

  it('read one observation at a time', () => {
    const { source, observation } = observed();
    let given = 0;
    const observations = {
      *[Symbol.iterator]() {
        for (; given < 1000; given++) yield observation;
      },
    };
    const [table] = exportTables;
    const rows = table.records({ ...source, observations })[Symbol.iterator]();
    for (let row = 0; row < 5; row++) rows.next();
    expect(given).toBeLessThan(4);
  });

  it('have every number of the findings with its interval, or why there is none', () => {
    const findings = createFindings({
      determinism: [
        createDeterminismRow({
          bits: { kind: 'unsupported', why: 'no logits' },
          tokens: createEquality(20, 24),
          text: createEquality(0, 0),
          evidenceProblem: 'one row only',
        }),
      ],
      drift: [createDriftRow()],
      leakage: [createLeakageRow()],
    });
    const rows = rowsOf('findings', createSource({ findings }));
    const of = (metric: string) => rows.find((row) => row['metric'] === metric);
    expect(of('bits_differ_share')).toMatchObject({
      state: 'unsupported',
      value: null,
      n: null,
      why: 'no logits',
      problem: 'one row only',
    });
    const { failureRateLow, failureRateHigh } = createEquality(20, 24);
    expect(of('tokens_differ_share')).toMatchObject({
      state: 'measured',
      value: 4 / 24,
      low: failureRateLow,
      high: failureRateHigh,
      n: 24,
    });
    expect(of('text_differ_share')).toMatchObject({ state: 'not-measured', value: null });
    expect(of('kl_mean')).toMatchObject({
      report: 'drift',
      level: 'bf16',
      value: 0.004,
      low: 0.003,
      high: 0.005,
      unit: 'nats',
    });
    expect(of('foreign_canary_share')).toMatchObject({ report: 'leakage', value: 0, low: null, n: 320 });
    expect(of('shared_prefix_share')).toBeUndefined();
  });

  it('need findings exactly where they are said to', () => {
    const { source } = observed();
    for (const table of exportTables) {
      const rows = (): unknown => [...table.records(source)];
      if (!table.needsFindings || table.name === 'checks') expect(rows).not.toThrow();
      else expect(rows).toThrow(RangeError);
    }
  });

  it('are explained on one page', () => {
    const page = exportPage(exportTables);
    for (const { name, columns } of exportTables) {
      expect(page).toContain(`### \`${name}\``);
      for (const column of columns) expect(page).toContain(`| \`${column.name}\` |`);
    }
    expect(page).toContain('| drift | `kl_mean` | nats |');
  });
});
