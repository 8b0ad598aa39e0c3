/**
 * Agreement: how many different outputs, and different answers, one request has over all runs of a perturbation.
 *
 * The runs of a request are a control and the levels that go back to it, except levels whose promise is about leakage: levels of another
 * control are not runs of the same request (batch-size cuts prompts to equal lengths, with a control of their own). Of N
 * runs, `TARr@N` is the share of requests whose outputs are all the same text, `TARa@N` the same of parsed answers. Agreement of all N
 * falls with N: a row holds one N, and the pairwise agreement, which does not fall, stands beside it.
 *
 * A unit is complete in one observation, so that nothing is kept of a request but counts.
 * @module
 */
import type { Agreement, AgreementRow, Observation, Plan, Unit } from '../../harness/schema/index.ts';
import { repeatAgreement, wilson } from '../../harness/statistics/index.ts';
import { CONFIDENCE, parseAnswer } from '../pairing/index.ts';

export interface AgreementCount {
  /** The same observations: what passes is counted. */
  watch(observations: Iterable<Observation>): Iterable<Observation>;
  /** One row for each perturbation and N, in the order of the plan. */
  result(): AgreementRow[];
}

export function countAgreement(plan: Plan): AgreementCount {
  const rows = new Map<string, OpenRow>();
  const units = new Map(plan.units.map((unit) => [unit.id, unit]));
  const addUnit = (unit: Unit, observation: Observation): void => {
    for (const { caseId, texts } of runsOf(unit, observation)) {
      const key = JSON.stringify([unit.perturbation, texts.length]);
      const row = rows.get(key) ?? openRow(unit.perturbation, texts.length);
      rows.set(key, row);
      row.outputs.add(texts);
      const rule = plan.answers?.[caseId];
      if (rule !== undefined) row.answers.add(texts.map((text) => parseAnswer(text, rule)));
    }
  };
  return {
    *watch(observations) {
      for (const observation of observations) {
        const unit = units.get(observation.unitId);
        if (observation.status === 'ok' && unit !== undefined) addUnit(unit, observation);
        yield observation;
      }
    },
    result: () => [...rows.values()].map(closeRow),
  };
}

interface OpenRow {
  readonly perturbation: string;
  readonly runs: number;
  readonly outputs: Counts;
  readonly answers: Counts;
}

const openRow = (perturbation: string, runs: number): OpenRow => ({
  perturbation,
  runs,
  outputs: openCounts(),
  answers: openCounts(),
});

function closeRow({ perturbation, runs, outputs, answers }: OpenRow): AgreementRow {
  return {
    perturbation,
    runs,
    outputs: outputs.result() ?? nothing('no request was observed'),
    answers: answers.result() ?? nothing('no case names a rule for its answer'),
  };
}

const nothing = (why: string) => ({ kind: 'not-measured', why }) as const;

/** The texts of each probe at the levels that count, of those that have at least two. */
function* runsOf(unit: Unit, { levels }: Observation): Generator<{ caseId: string; texts: string[] }> {
  const counted = new Set(unit.levels.filter(({ promise }) => promise !== 'content-independent').map(({ id }) => id));
  const controls = controlsOf(unit);
  const requests = new Map<string, { caseId: string; texts: string[] }>();
  for (const level of levels) {
    if (!counted.has(level.levelId)) continue;
    for (const { requestId, caseId, role, text } of level.requests) {
      if (role !== 'probe') continue;
      const key = JSON.stringify([controls.get(level.levelId), requestId]);
      const known = requests.get(key) ?? { caseId, texts: [] };
      requests.set(key, known);
      known.texts.push(text);
    }
  }
  for (const request of requests.values()) if (request.texts.length >= 2) yield request;
}

/** By level the control that it goes back to; a level's reference comes before it. */
function controlsOf({ levels }: Unit): Map<string, string> {
  const controls = new Map<string, string>();
  for (const { id, reference } of levels)
    controls.set(id, reference === null ? id : (controls.get(reference) ?? reference));
  return controls;
}

interface Counts {
  /** Null = an output without an answer, which is an outcome of its own. */
  readonly add: (runs: readonly (string | null)[]) => void;
  readonly result: () => Agreement | null;
}

function openCounts(): Counts {
  let [requests, allEqual, pairwise, distinct, distinctMax, without] = [0, 0, 0, 0, 0, 0];
  return {
    add: (runs) => {
      const agreement = repeatAgreement([runs.map((run) => (run === null ? '' : `=${run}`))], CONFIDENCE);
      const unique = new Set(runs).size;
      requests++;
      allEqual += agreement.allEqual;
      pairwise += agreement.pairwiseAgreement;
      distinct += unique;
      distinctMax = Math.max(distinctMax, unique);
      without += runs.filter((run) => run === null).length;
    },
    result: () => {
      if (requests === 0) return null;
      const { low, high } = wilson({ successes: allEqual, trials: requests, confidence: CONFIDENCE });
      return {
        requests,
        allEqual,
        total: { kind: 'measured', value: allEqual / requests, low, high, n: requests },
        pairwise: pairwise / requests,
        unique: { mean: distinct / requests, max: distinctMax },
        without,
      };
    },
  };
}
