import { expect, test } from 'vitest';
import { deviceOptions, deviceSentences } from '../../../src/renderer/ui/settings/devices.ts';
import type { DeviceState } from '../../../src/shared/devices.ts';

const states: readonly DeviceState[] = [
  { device: 'cpu', kind: 'here', description: 'CPU, AVX-512, 2 threads' },
  { device: 'cuda', kind: 'missing', sentence: 'There is no driver; install it.' },
  { device: 'webgpu', kind: 'here', description: 'Radeon RX 6600, WebGPU' },
];

test('a device that is not here is shown as such, and cannot be chosen', () => {
  expect(deviceOptions(states)).toEqual([
    { value: 'auto', label: 'Automatic', disabled: false },
    { value: 'cpu', label: 'Processor', disabled: false },
    { value: 'cuda', label: 'NVIDIA GPU by CUDA (not here)', disabled: true },
    { value: 'webgpu', label: 'GPU by WebGPU', disabled: false },
  ]);
});

test('until it is known what is here, everything can be chosen', () => {
  expect(deviceOptions(null).map(({ disabled }) => disabled)).toEqual([false, false, false, false]);
});

test('each device is described, or said why it is not here', () => {
  expect(deviceSentences(states)).toEqual([
    'Processor: CPU, AVX-512, 2 threads.',
    'NVIDIA GPU by CUDA is not here. There is no driver; install it.',
    'GPU by WebGPU: Radeon RX 6600, WebGPU.',
  ]);
});
