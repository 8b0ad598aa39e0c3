/**
 * prompt-order: the parts of one label (rules, exemplars, ...) in another order, everything else where it was.
 *
 * The answer may move, since the prompt did; how far is measured as drift. Only the places that parts of the label occupy are
 * permuted, so that a shuffled rule never moves past the query. An order that gives the same text as the original is never used.
 * A case with fewer than two different parts of a label gets no level for it, and no cell when that leaves it no level at all.
 * @module
 */
import { z } from 'zod';
import type { Case, CasePart, Level, PartLabel, Rng } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const promptOrderOptions = z.strictObject({
  parts: z
    .array(z.enum(['rule', 'exemplar', 'constraint', 'record']))
    .min(1)
    .refine((labels) => new Set(labels).size === labels.length, { error: 'labels that are all different' })
    .default(['rule', 'exemplar'])
    .describe('Which labels are shuffled, each apart from the others.'),
  shuffles: z.int().min(1).max(16).default(2).describe('Orders per label; fewer where the parts have fewer.'),
});
export type PromptOrderOptions = z.output<typeof promptOrderOptions>;

export const promptOrder = definePerturbation<PromptOrderOptions>({
  id: 'prompt-order',
  title: 'Prompt order',
  what: 'Shuffles parts of one label among their places; the answer should hardly move.',
  options: promptOrderOptions,
  shapes: ({ cases, options, rng }) =>
    cases.flatMap((testCase) => {
      const shuffled = options.parts.flatMap((label) =>
        ordersOf(testCase, label, options.shuffles, rng).map((_, index) => orderLevel(label, index + 1)),
      );
      return shuffled.length === 0 ? [] : [{ caseIds: [testCase.id], levels: [CONTROL, ...shuffled] }];
    }),
  waves: ({ cases, options, generation, rng }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const text = promptText(level.id === CONTROL.id ? testCase.parts : partsAt(testCase, level, options, rng));
    const forcedFromLevel = level.reference;
    return [
      [
        plannedRequest(generation, {
          id: testCase.id,
          caseId: testCase.id,
          role: 'probe',
          prompt: { kind: 'text', text },
          forcedFromLevel,
        }),
      ],
    ];
  },
});

const CONTROL: Level = { id: 'none', axis: 'prompt-order', label: 'as written', reference: null, promise: 'drift' };

function orderLevel(label: PartLabel, number: number): Level {
  return {
    id: `${label}-order-${number}`,
    axis: `prompt-order/${label}`,
    label: `${label} parts in shuffled order ${number}`,
    reference: CONTROL.id,
    promise: 'drift',
  };
}

function partsAt(testCase: Case, level: Level, options: PromptOrderOptions, rng: Rng): CasePart[] {
  for (const label of options.parts) {
    const orders = ordersOf(testCase, label, options.shuffles, rng);
    const index = orders.findIndex((_, candidate) => orderLevel(label, candidate + 1).id === level.id);
    if (index >= 0) return withOrder(testCase.parts, label, orders[index]);
  }
  throw new RangeError(`prompt-order: case ${testCase.id} has no level ${level.id}`);
}

/** Parts of the label in up to `count` orders, all different in text from each other and from the original. */
function ordersOf(testCase: Case, label: PartLabel, count: number, rng: Rng): CasePart[][] {
  const original = testCase.parts.filter((part) => part.label === label);
  const wanted = Math.min(count, distinctOrders(original) - 1);
  const stream = rng.fork(`${testCase.id}/${label}`);
  const seen = new Set([orderKey(original)]);
  const orders: CasePart[][] = [];
  // Ends: at least one of the finitely many orders is still unseen, and every shuffle can give it.
  while (orders.length < wanted) {
    const order = stream.shuffle(original);
    const key = orderKey(order);
    if (seen.has(key)) continue;
    seen.add(key);
    orders.push(order);
  }
  return orders;
}

const orderKey = (parts: readonly CasePart[]): string => JSON.stringify(parts.map((part) => part.text));

/** Number of orders that read differently: n! / product of (copies of equal text)!; may be Infinity for very many parts. */
function distinctOrders(parts: readonly CasePart[]): number {
  const copies = new Map<string, number>();
  let orders = 1;
  for (const [index, part] of parts.entries()) {
    const copy = (copies.get(part.text) ?? 0) + 1;
    copies.set(part.text, copy);
    orders = (orders * (index + 1)) / copy;
  }
  return orders;
}

function withOrder(parts: readonly CasePart[], label: PartLabel, order: readonly CasePart[]): CasePart[] {
  let next = 0;
  return parts.map((part) => (part.label === label ? order[next++] : part));
}
