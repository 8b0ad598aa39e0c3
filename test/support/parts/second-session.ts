/** From the second session on the attention sees no compressed entry: what an engine keeps over its sessions. @module */
import { immediateScheduler, specifiedRules, type EngineParts } from '../../../engine/index.ts';

export const name = 'second-session';
let sessions = 0;
const copyScheduler: EngineParts['copyScheduler'] = () => {
  sessions++;
  return immediateScheduler();
};
const rules: EngineParts['rules'] = {
  ...specifiedRules,
  name,
  visibleEntries: (position, ratio, sequence) =>
    sessions > 1 ? 0 : specifiedRules.visibleEntries(position, ratio, sequence),
};
export const parts = { copyScheduler, rules };
