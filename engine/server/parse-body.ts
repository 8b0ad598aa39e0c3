/**
 * A request body against its schema: every problem at once, each with the parameter's path, what was expected and what was there.
 *
 * null means "not given", as OpenAI's own clients send it. A parameter that is not known is refused: one that is silently ignored
 * would be believed.
 * @module
 */
import { z } from 'zod';
import { ApiError } from './api-error.ts';

/**
 * Text that UTF-8 can hold. Half a surrogate pair would become U+FFFD: a prompt would be another one in silence, and two cache salts one.
 */
export const text = z.string().refine((given) => !/\p{Surrogate}/u.test(given), {
  error: 'expected text without halves of surrogate pairs (\\ud800 to \\udfff alone)',
});

/** A parameter of which only neutral values are served. */
export function only<T>(values: readonly T[], what: string): z.ZodOptional<z.ZodType<T>> {
  const shownValues = values.map((value) => JSON.stringify(value)).join(' or ');
  const same = (value: unknown): boolean => values.some((one) => JSON.stringify(one) === JSON.stringify(value));
  return z
    .custom<T>(same, {
      error: `expected ${shownValues} or nothing: ${what} is not supported here`,
      params: { unsupported: true },
    })
    .optional();
}

/** @throws ApiError 400 that names the first wrong parameter and tells of all */
export function parseBody<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  body: unknown,
): z.output<z.ZodObject<Shape, z.core.$strict>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError({
      status: 400,
      code: 'invalid_body',
      message: `body: expected a JSON object, got ${shown(body)}`,
    });
  const given = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== null || !Object.hasOwn(schema.shape, name)),
  );
  const checked = schema.safeParse(given);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.flatMap((issue) => problemsOf(issue, given));
  throw new ApiError({
    status: 400,
    code: problems[0].code,
    param: problems[0].param,
    message: problems.map(({ message }) => message).join('; '),
  });
}

interface ParameterProblem {
  readonly param: string;
  readonly code: string;
  readonly message: string;
}

function problemsOf(issue: z.core.$ZodIssue, body: unknown): ParameterProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const param = pathText([...issue.path, key]);
      return { param, code: 'unknown_parameter', message: `${param}: this parameter is not known here` };
    });
  const param = pathText(issue.path);
  let got: unknown = body;
  for (const key of issue.path) got = (got as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key];
  const unsupported = issue.code === 'custom' && issue.params?.['unsupported'] === true;
  const missing = got === undefined && !unsupported;
  return [
    {
      param,
      code: unsupported ? 'unsupported_value' : missing ? 'missing_parameter' : 'invalid_value',
      message: `${param}: ${expectation(issue)}, got ${shown(got)}`,
    },
  ];
}

/** zod's messages begin with what is wrong; ours with what is expected. */
function expectation(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^(Invalid (input|option)|Too (small|big)): /, '').replace(/, received .*$/, '');
  return text.startsWith('expected') ? text : `expected ${text}`;
}

/** `messages[0].role` */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value) && value.length > 0) return `a list of ${value.length}`;
  // what came as JSON goes as JSON
  const text = JSON.stringify(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}... (${text.length} characters)`;
}
