import { expect, test } from 'vitest';
import { speedsSentence, type DeviceName, type DeviceSpeed } from '../../src/shared/devices.ts';

const speed = (device: DeviceName, charactersPerSecond: number): DeviceSpeed => ({
  device,
  charactersPerSecond,
});

test('speeds stand side by side with the digits that a few steps can tell', () => {
  expect(
    speedsSentence([speed('cpu', 31_234.5), speed('cuda', 209_999)], 'characters a second'),
  ).toBe('CPU 31,000 characters a second · GPU 210,000');
  expect(speedsSentence([speed('cpu', 7.4), speed('webgpu', 0)], 'characters/s')).toBe(
    'CPU 7 characters/s · GPU 0',
  );
});

test('two ways to a GPU are told apart', () => {
  expect(
    speedsSentence([speed('cpu', 100), speed('cuda', 994), speed('webgpu', 996)], 'characters/s'),
  ).toBe('CPU 100 characters/s · GPU by CUDA 990 · GPU by WebGPU 1,000');
});

test('one alone is nothing to compare', () => {
  expect(speedsSentence([speed('cpu', 100)], 'characters/s')).toBe('');
  expect(speedsSentence([], 'characters/s')).toBe('');
});
