/** What voices can be trained on, in words. */
import {
  deviceChoices,
  deviceTitles,
  type DeviceChoice,
  type DeviceState,
} from '../../../shared/devices.ts';

export interface DeviceOption {
  readonly value: DeviceChoice;
  readonly label: string;
  /** It is not here. */
  readonly disabled: boolean;
}

/** @param states null as long as it is not known what is here */
export const deviceOptions = (states: readonly DeviceState[] | null): readonly DeviceOption[] =>
  deviceChoices.map((value) => {
    const state = states?.find(({ device }) => device === value);
    const disabled = state?.kind === 'missing';
    return { value, label: `${deviceTitles[value]}${disabled ? ' (not here)' : ''}`, disabled };
  });

/** One sentence or two about each device. */
export const deviceSentences = (states: readonly DeviceState[]): readonly string[] =>
  states.map((state) =>
    state.kind === 'here'
      ? `${deviceTitles[state.device]}: ${state.description}.`
      : `${deviceTitles[state.device]} is not here. ${state.sentence}`,
  );
