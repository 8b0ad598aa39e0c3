/** A prompt's step of one token sees no compressed entry: wrong only where one token is left after a border. @module */
import { specifiedRules, type EngineParts } from '../../../engine/index.ts';

export const name = 'tail-of-one';
const rules: EngineParts['rules'] = {
  ...specifiedRules,
  name,
  visibleEntries: (position, ratio, sequence) => {
    const tail = !sequence.decode && sequence.count === 1 && sequence.start > 0;
    return tail ? 0 : Math.floor((position + 1) / ratio);
  },
};
export const parts = { rules };
