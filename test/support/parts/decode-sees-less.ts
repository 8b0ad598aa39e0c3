/** While decoding an entry becomes visible one token late; a prompt sees it at once. @module */
import { specifiedRules, type EngineParts } from '../../../engine/index.ts';

export const name = 'decode-sees-less';
const rules: EngineParts['rules'] = {
  ...specifiedRules,
  name,
  visibleEntries: (position, ratio, { decode }) => Math.floor((position + (decode ? 0 : 1)) / ratio),
};
export const parts = { rules };
