/** What a server can do, found out by asking. @module */
export { probeEndpoint, type ProbeResult } from './probe.ts';
