import { count } from './numbers.ts';

/** What a network can be trained on: the processor, an NVIDIA GPU by CUDA, any GPU by WebGPU. */
export const deviceNames = ['cpu', 'cuda', 'webgpu'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** What one asks for; `auto` is the fastest of those that load. */
export const deviceChoices = ['auto', ...deviceNames] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

/** As settings name them. */
export const deviceTitles: Readonly<Record<DeviceChoice, string>> = {
  auto: 'Automatic',
  cpu: 'Processor',
  cuda: 'NVIDIA GPU by CUDA',
  webgpu: 'GPU by WebGPU',
};

/** One device as it was found on this computer. */
export type DeviceState = { readonly device: DeviceName } & (
  | {
      readonly kind: 'here';
      /** "CPU, AVX-512, 2 threads". */
      readonly description: string;
    }
  | {
      readonly kind: 'missing';
      /** Why, and what to do, as a sentence. */
      readonly sentence: string;
    }
);

/** How fast a network was trained on a device, measured on a few steps. */
export interface DeviceSpeed {
  readonly device: DeviceName;
  readonly charactersPerSecond: number;
}

/**
 * Speeds side by side: "CPU 31,000 characters a second · GPU 210,000". "" where there is nothing to compare.
 *
 * @param unit what follows the first number
 */
export function speedsSentence(speeds: readonly DeviceSpeed[], unit: string): string {
  if (speeds.length < 2) return '';
  const gpus = speeds.filter(({ device }) => device !== 'cpu').length;
  const named = ({ device }: DeviceSpeed): string => {
    if (device === 'cpu') return 'CPU';
    if (gpus < 2) return 'GPU';
    return device === 'cuda' ? 'GPU by CUDA' : 'GPU by WebGPU';
  };
  return speeds
    .map((speed, i) => {
      const figure = count(roundedSpeed(speed.charactersPerSecond));
      return `${named(speed)} ${figure}${i === 0 ? ` ${unit}` : ''}`;
    })
    .join(' · ');
}

/** A few steps tell no more than two digits. */
function roundedSpeed(value: number): number {
  if (!(value > 0)) return 0;
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / digit) * digit;
}
