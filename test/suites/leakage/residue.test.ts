import { describe, expect, it } from 'vitest';
import { residue } from '../../../perturbations/index.ts';
import { countResidue } from '../../../suites/leakage/residue.ts';
import { runPerturbation } from '../../support/perturbation-run.ts';

describe('residue', () => {
  it('is the sum of what levels counted, and nothing where none has looked', () => {
    const none = countResidue();
    none.add({ counters: { cachedTokens: 1 } });
    expect(none.row()).toEqual({});
    const some = countResidue();
    const counters = {
      residuePatterns: 3,
      residueFoundBefore: 2,
      residueFound: 1,
      residueBytes: 100,
      residueFilesLeft: 4,
    };
    some.add({ counters });
    some.add({ counters: { ...counters, residueFilesBefore: 5, residueFilesReadable: 1 } });
    expect(some.row()).toEqual({
      residue: { patterns: 6, foundBefore: 4, found: 2, bytes: 200, filesBefore: 5, filesReadable: 1, filesLeft: 8 },
    });
  });

  it('is none on the engine, where the same search finds the request before the close', async () => {
    const [row] = (await runPerturbation(residue, {})).leakage;
    expect(row).toMatchObject({
      contentDependent: { equal: 1, n: 1 },
      residue: { found: 0, filesReadable: 0, filesLeft: 0 },
      evidenceProblem: null,
    });
    expect(row.residue?.foundBefore).toBeGreaterThan(0);
    expect(row.residue?.filesBefore).toBeGreaterThan(0);
  }, 60_000);

  it('positive control: is found in files that are plain and stay', async () => {
    const [row] = (await runPerturbation(residue, {}, { benchFault: 'cold-file-plain' })).leakage;
    expect(row.residue?.found).toBeGreaterThan(0);
    expect(row.residue?.filesReadable).toBeGreaterThan(0);
    expect(row.residue?.filesLeft).toBeGreaterThan(0);
  }, 60_000);
});
