/**
 * The serving card of a server: what its endpoints show, what its operator declares, and what nobody knows. No field is left blank.
 * @module
 */
import type { CardEntry } from '../../schema/index.ts';
import type { HttpClient } from '../http/index.ts';
import type { Features } from './features.ts';
import type { EndpointOptions } from './options.ts';

export interface CardInput {
  readonly client: HttpClient;
  readonly options: EndpointOptions;
  readonly features: Features;
  readonly systemFingerprints: readonly string[];
}

/** `stable`: does not change while the server and its settings stay, so that it is a part of the target's fingerprint. */
export interface CardLine {
  readonly entry: CardEntry;
  readonly stable: boolean;
}

export function endpointCard({ client, options, features, systemFingerprints }: CardInput): Promise<CardLine[]> {
  const { dialect, route, model } = features;
  const lines: CardLine[] = [
    observed('server kind', dialect.title, `fields and routes of this kind were tried`),
    observed('route', route.id, `POST ${route.address.replace(/^root:/, '')}`),
    observed('model', model, 'GET /v1/models'),
    ...systemFingerprints.map((value) => observed('system fingerprint', value, `POST ${route.address}`)),
    ...dialect.unsettable.map((name): CardLine => ({
      entry: {
        name: `sampling: ${name}`,
        value: 'left to the server; no field of this route sets it',
        source: 'unknown',
      },
      stable: true,
    })),
    ...Object.entries(options.declared).map(([name, value]): CardLine => ({
      entry: { name, value, source: 'declared' },
      stable: true,
    })),
  ];
  void client;
  return Promise.resolve(lines);
}

function observed(name: string, value: string, where: string): CardLine {
  return { entry: { name, value, source: 'observed', where }, stable: true };
}
