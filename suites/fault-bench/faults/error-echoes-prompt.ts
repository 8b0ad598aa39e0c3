/**
 * L15: an error body holds the prompt that the engine was given last, whoever sent it.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'error-echoes-prompt';

/** What the engine was given last. */
let last = '';

export const activation = createActivation(() => {
  last = '';
});

const { requestDomain } = specifiedParts();

export const parts: Partial<EngineParts> = {
  requestDomain(request) {
    last = new TextDecoder().decode(Uint8Array.from(request.tokenIds));
    return requestDomain(request);
  },
};

/** Of the HTTP face. */
export const serverParts = {
  errorBody<Body extends { readonly error: { readonly message: string } }>(body: Body): Body {
    if (last === '') return body;
    activation.hit();
    return { ...body, error: { ...body.error, message: `${body.error.message} (while at: ${last})` } };
  },
};
