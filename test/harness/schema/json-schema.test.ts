import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../../harness/schema/index.ts';
import { validatorOf } from '../../support/json-schema-validator.ts';

describe('a JSON Schema of a zod schema', () => {
  it('has a title and the dialect that it is written in', () => {
    expect(jsonSchemaOf(z.strictObject({}), 'nothing')).toMatchObject({
      title: 'nothing',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
  });

  it('accepts a file that leaves out keys with a default, and refuses unknown keys', () => {
    const validate = validatorOf(jsonSchemaOf(z.strictObject({ times: z.int().min(2).default(2) }), 'options'));
    expect(validate({}).valid).toBe(true);
    expect(validate({ times: 3 }).valid).toBe(true);
    expect(validate({ times: 1 }).valid).toBe(false);
    expect(validate({ tims: 3 }).valid).toBe(false);
  });

  it('accepts null and the value itself where null stands for the defaults', () => {
    const options = z.preprocess(
      (value) => (value === null ? {} : value),
      z.strictObject({ times: z.int().default(2) }),
    );
    const validate = validatorOf(jsonSchemaOf(z.strictObject({ repeat: options.optional() }), 'config'));
    for (const value of [{}, { repeat: null }, { repeat: {} }, { repeat: { times: 3 } }])
      expect(validate(value).errors).toEqual([]);
    expect(validate({ repeat: { times: 'three' } }).valid).toBe(false);
    expect(validate({ repeat: 7 }).valid).toBe(false);
  });

  it('says in words what it cannot check', () => {
    const sizes = z
      .array(z.int())
      .refine((list) => new Set(list).size === list.length, { error: 'sizes that are all different' })
      .describe('Batch sizes.');
    expect(jsonSchemaOf(sizes, 'sizes')['description']).toBe('Batch sizes. Must be: sizes that are all different.');
  });
});
