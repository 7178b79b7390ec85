import {
  api,
  defaultSession,
  defaultSettings,
  type ApiClient,
  type ApiHandlers,
  type Start,
  type TrainingState,
  type VoiceSummary,
} from '../../../src/shared/api/index.ts';
import { createClient, serve, type Server } from '../../../src/shared/rpc/index.ts';
import { portPair } from '../../helpers/ports.ts';

export interface Connection {
  readonly client: ApiClient;
  readonly server: Server<typeof api>;
  /** What was asked, in order, as the host got it. */
  readonly asked: { readonly name: string; readonly request: unknown }[];
  readonly close: () => void;
}

/** A page's client on a host that answers what the test says; anything else is an error of the test. */
export function connectApi(handlers: Partial<ApiHandlers>): Connection {
  const pair = portPair();
  const asked: Connection['asked'] = [];
  const all = Object.fromEntries(
    Object.entries(api)
      .filter(([, { kind }]) => kind !== 'event')
      .map(([name]) => [
        name,
        (request: unknown, signal: AbortSignal) => {
          asked.push({ name, request });
          const handler = (handlers as Record<string, unknown>)[name] as
            ((request: unknown, signal: AbortSignal) => unknown) | undefined;
          if (!handler) throw new Error(`The test does not answer ${name}`);
          return handler(request, signal);
        },
      ]),
  ) as unknown as ApiHandlers;
  const server = serve(api, pair.ends[1], all, {
    unexpected: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  });
  return { client: createClient(api, pair.ends[0]), server, asked, close: pair.close };
}

/** Lets messages cross and answers settle. */
export const settled = async (milliseconds = 5): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
};

export const voice = (name: string, parts: Partial<VoiceSummary> = {}): VoiceSummary => ({
  name,
  units: 'char',
  fittedTemperature: 1,
  bitsPerCharacter: 1.9,
  words: 16_000,
  modified: Date.UTC(2026, 10, 20),
  resumable: true,
  you: 48,
  damaged: null,
  ...parts,
});

export const start = (parts: Partial<Start> = {}): Start => ({
  version: '0.1.0',
  host: 'web',
  platform: 'linux',
  settings: defaultSettings,
  session: defaultSession,
  library: { place: '~/Books', root: { kind: 'folder', path: '', name: 'Books', entries: [] } },
  voices: [],
  training: null,
  engines: { trainer: { kind: 'starting' }, sampler: { kind: 'starting' } },
  written: {},
  ...parts,
});

export const training = (parts: Partial<TrainingState>): TrainingState => ({
  voice: 'Harbour',
  status: { kind: 'running', stage: 'training' },
  report: null,
  estimate: null,
  progress: null,
  evaluations: [],
  samples: [],
  notices: [],
  ...parts,
});
