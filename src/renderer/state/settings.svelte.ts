import {
  defaultSettings,
  type ApiClient,
  type Settings as Values,
  type SettingsChange,
  type Spelling,
  type Start,
} from '../../shared/api/index.ts';
import type { DeviceState } from '../../shared/devices.ts';
import { unwrap } from '../../shared/result.ts';
import type { Notices } from './notices.svelte.ts';

/** Everything a writer sets for all documents. A change shows at once and is then kept by the host. */
export class Settings {
  values = $state.raw<Values>(defaultSettings);
  /** Who checks the spelling; null as long as no one asked. */
  spelling = $state.raw<Spelling | null>(null);
  /** What voices can be trained on; null as long as it is not known. */
  devices = $state.raw<readonly DeviceState[] | null>(null);
  readonly #client: ApiClient;
  readonly #notices: Notices;
  /** Changes that the host has not confirmed; what it tells meanwhile does not undo them. */
  #underWay = 0;

  constructor(client: ApiClient, start: Pick<Start, 'settings'>, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
    this.values = start.settings;
    client.on.settingsChanged((values) => {
      if (this.#underWay === 0) this.values = values;
    });
  }

  async change(change: SettingsChange): Promise<void> {
    const before = this.values;
    this.values = { ...before, ...withoutUndefined(change) };
    this.#underWay++;
    const kept = await this.#notices.attempt(async () =>
      unwrap(await this.#client.call.changeSettings(change)),
    );
    this.#underWay--;
    if (this.#underWay === 0) this.values = kept ?? before;
    if (this.spelling !== null && ('language' in change || 'spellcheck' in change)) {
      await this.readSpelling();
    }
  }

  async readDevices(): Promise<void> {
    this.devices = await this.#notices.attempt(async () =>
      unwrap(await this.#client.call.devices({})),
    );
  }

  async readSpelling(): Promise<void> {
    const spelling = await this.#notices.attempt(async () =>
      unwrap(await this.#client.call.spelling({})),
    );
    if (spelling !== null && this.#underWay === 0) this.spelling = spelling;
  }
}

function withoutUndefined(change: SettingsChange): Partial<Values> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
