/** Stands for `node:fs`, `node:path` and `node:url` in a browser: the names exist, so that modules load, and refuse. @module */
const refuse = () => {
  throw new Error('not in a browser');
};
export {
  refuse as basename,
  refuse as closeSync,
  refuse as existsSync,
  refuse as fileURLToPath,
  refuse as fstatSync,
  refuse as isAbsolute,
  refuse as join,
  refuse as lstatSync,
  refuse as mkdirSync,
  refuse as openSync,
  refuse as readFileSync,
  refuse as readSync,
  refuse as readdirSync,
  refuse as relative,
  refuse as renameSync,
  refuse as resolve,
  refuse as rmSync,
  refuse as statSync,
  refuse as writeFileSync,
  refuse as writeSync,
};
export const constants = {};
