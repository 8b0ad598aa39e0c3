import { describe, expect, it } from 'vitest';
import {
  atomId,
  attribute,
  compositionElements,
  shrink,
  watchedRequest,
  type Atom,
} from '../../../harness/diagnose/index.ts';
import { createRng } from '../../../harness/ports/index.ts';
import type { Case, Perturbation } from '../../../harness/schema/index.ts';
import { batchSize, chunkSize, precision, promptOrder, truncation } from '../../../perturbations/index.ts';

const bytes = {
  encode: (text: string) => [...new TextEncoder().encode(text)],
  decode: (ids: readonly number[]) => new TextDecoder().decode(Uint8Array.from(ids)),
};
const generation = { maxTokens: 4, temperature: 0, seed: 0, scoreLastPositions: 0 };
const SECRET = 'Example: ward C, 7 days, patient Ada Byron';
const HEAD = 'Write one record of a clinic visit.';
const own: Case = {
  id: 'clinic',
  tags: [],
  parts: [
    { label: 'instruction', text: HEAD },
    { label: 'rule', text: 'Rule: a ward is A, B or C.' },
    { label: 'rule', text: 'Rule: days are 1 to 9.' },
    { label: 'exemplar', text: SECRET },
    { label: 'exemplar', text: 'Example: ward A, 2 days, patient Bo Li' },
    { label: 'exemplar', text: 'Example: ward B, 4 days, patient Cy Roe' },
    { label: 'query', text: 'Next record:' },
  ],
};
const mate: Case = { id: 'mate', tags: [], parts: [{ label: 'query', text: 'Another prompt of about this length.' }] };
const cases = [own, mate];

function atom(perturbation: Perturbation<never>, options: object, levelId: string, name = 'evenkeel'): Atom {
  const seed = `${name}/${perturbation.id}`;
  const parsed = perturbation.options.parse(options);
  const input = { cases, options: parsed, generation, tokenizer: bytes, rng: createRng(seed) };
  const cell = perturbation
    .cells(input)
    .find((one) => one.caseIds.includes(own.id) && one.levels.some(({ id }) => id === levelId));
  const level = cell?.levels.find(({ id }) => id === levelId);
  if (cell === undefined || level === undefined) throw new Error(`${perturbation.id} has no level ${levelId}`);
  return {
    perturbation,
    options: parsed,
    seed,
    unit: { id: 'u-0', perturbation: perturbation.id, seed, ...cell },
    level,
  };
}
const erased = (perturbation: unknown): Perturbation<never> => perturbation as Perturbation<never>;

const input = (atoms: readonly Atom[]) => ({ cases, case: own, atoms, generation, tokenizer: bytes });
const orders = [1, 2, 3].map((k) => atom(erased(promptOrder), { shuffles: 3 }, `exemplar-order-${k}`));
const ruleOrder = atom(erased(promptOrder), { shuffles: 3 }, 'rule-order-1');
const cut = atom(erased(truncation), {}, 'head-60');
const chunks = atom(erased(chunkSize), {}, 'chunk-5');
const w8a8 = atom(erased(precision), {}, 'w8a8');

/** The planted defect: it copies the last exemplar when that is the secret one and the head of the prompt is gone. */
function answer(prompt: string): string {
  const last = prompt.match(/Example: [^\n]*/g)?.at(-1);
  return last === SECRET && !prompt.includes(HEAD) ? SECRET : 'a fresh record';
}

function promptAt(atoms: readonly Atom[], kept: ReadonlySet<string>): { reference: string; level: string } | null {
  const pair = compositionElements(input(atoms)).build(kept);
  if (pair === null) return null;
  const text = (job: typeof pair.level): string => {
    const { prompt } = watchedRequest(job, pair.watched);
    return prompt.kind === 'text' ? prompt.text : bytes.decode(prompt.tokenIds);
  };
  return { reference: text(pair.reference), level: text(pair.level) };
}
const partIds = own.parts.map((_, part) => `part:${part}`);
const all = (atoms: readonly Atom[]): Set<string> => new Set([...atoms.map(atomId), ...partIds]);

const secretLast = orders.find(
  (one) =>
    promptAt([one], all([one]))!.level.lastIndexOf('Example: ') === promptAt([one], all([one]))!.level.indexOf(SECRET),
)!;

describe('perturbations laid over each other', () => {
  it('move parts first and cut then, the query whole', () => {
    const { reference, level } = promptAt([cut, secretLast], all([cut, secretLast]))!;
    expect(reference).toBe(own.parts.map(({ text }) => text).join('\n'));
    expect(level.endsWith(`${SECRET}\nNext record:`)).toBe(true);
    expect(level).not.toContain(HEAD);
    expect(level.length).toBe(Math.floor(0.6 * reference.length));
  });

  it('bring knobs and precision along, and none of them is none', () => {
    const pair = compositionElements(input([w8a8, chunks])).build(all([w8a8, chunks]))!;
    expect(pair.level).toMatchObject({ precision: 'w8a8', knobs: { chunkSize: 5 } });
    const none = compositionElements(input([w8a8, chunks])).build(new Set(partIds))!;
    expect(none.level).toEqual(none.reference);
  });

  it('are refused where they cannot be put together', () => {
    const tail = atom(erased(truncation), {}, 'tail-60');
    expect(promptAt([cut, tail], all([cut, tail]))).toBeNull();
    // one exemplar has no other order
    expect(promptAt([secretLast], new Set([atomId(secretLast), 'part:0', 'part:3', 'part:6']))).toBeNull();
    expect(promptAt([cut], new Set([atomId(cut)]))).toBeNull();
  });
});

describe('an exemplar that is copied only when the order puts it last and the prompt is cut', () => {
  const mates = atom(erased(batchSize), { sizes: [1, 2], lengths: ['ragged'], rowPositions: false }, 'size-2-ragged');
  const atoms = [ruleOrder, w8a8, secretLast, chunks, cut, mates];
  const differs = (kept: ReadonlySet<string>): boolean => {
    const prompts = promptAt(atoms, kept);
    return prompts !== null && answer(prompts.reference) !== answer(prompts.level);
  };
  const { elements } = compositionElements(input(atoms));

  it('is not seen under either of them alone', () => {
    expect(differs(all(atoms))).toBe(true);
    for (const one of atoms) expect(differs(all([one])), atomId(one)).toBe(false);
  });

  it('shrinks to exactly those two atoms', async () => {
    const { kept, minimality } = await shrink({
      elements,
      budget: 400,
      probe: (list) =>
        Promise.resolve({ outcome: differs(new Set(list.map(({ id }) => id))) ? 'differs' : 'equal', trials: 1 }),
    });
    expect(minimality).toBe('one-minimal');
    expect(kept.filter(({ kind }) => kind === 'atom').map(({ id }) => id)).toEqual([
      atomId(secretLast),
      'truncation:head-60',
    ]);
    expect(kept.filter(({ kind }) => kind === 'part').map(({ id }) => id)).toContain('part:3');
  });

  it('shrinks to exactly those two under each of 20 seeds of the shuffles, among atoms in another order', async () => {
    const found = await Promise.all(
      Array.from({ length: 20 }, async (_, seed) => {
        const name = `seed-${seed}`;
        const shuffled = [1, 2, 3, 4, 5].map((k) =>
          atom(erased(promptOrder), { shuffles: 5 }, `exemplar-order-${k}`, name),
        );
        const last = shuffled.find((one) => {
          const { level } = promptAt([one], all([one]))!;
          return level.lastIndexOf('Example: ') === level.indexOf(SECRET);
        });
        // a seed whose shuffles never put it last does not plant the defect
        if (last === undefined) return 'idle';
        const rule = atom(erased(promptOrder), { shuffles: 5 }, 'rule-order-1', name);
        const mixed = createRng(name).shuffle([rule, w8a8, last, chunks, cut, mates]);
        const copies = (kept: ReadonlySet<string>): boolean => {
          const prompts = promptAt(mixed, kept);
          return prompts !== null && answer(prompts.reference) !== answer(prompts.level);
        };
        const { kept } = await shrink({
          elements: compositionElements(input(mixed)).elements,
          budget: 400,
          probe: (list) =>
            Promise.resolve({ outcome: copies(new Set(list.map(({ id }) => id))) ? 'differs' : 'equal', trials: 1 }),
        });
        const left = kept.filter(({ kind }) => kind === 'atom').map(({ id }) => id);
        return left.toSorted().join() === [atomId(last), 'truncation:head-60'].toSorted().join()
          ? 'found'
          : left.join();
      }),
    );
    expect(found.filter((one) => one !== 'found')).toEqual([]);
  });

  it('is shown by attribution as their interaction', async () => {
    const found = await attribute({
      factors: atoms.map((one) => ({ id: atomId(one), label: one.level.label })),
      cases: 1,
      response: 'a copy',
      rng: createRng('copy'),
      probe: (present) => Promise.resolve(Number(differs(new Set([...present, ...partIds])))),
    });
    const guilty = [atomId(secretLast), 'truncation:head-60'];
    expect(found!.effects.map((effect) => effect.factors)).toContainEqual(guilty);
    for (const { id, share, firstOrder, total } of found!.factors) {
      if (share.kind !== 'measured') throw new Error('not measured');
      expect(share.value).toBeCloseTo(guilty.includes(id) ? 0.5 : 0, 12);
      if (guilty.includes(id)) expect(total! - firstOrder).toBeGreaterThan(0.3);
    }
  });
});
