import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { devicesHere, driverFingerprint } from '../../src/main/backends/devices/index.ts';

test.skipIf(process.platform !== 'linux')(
  'whether a GPU may be here is found without loading a driver',
  () => {
    const loaded = (): boolean =>
      /libtensorflow|libcuda|libcudnn|libvulkan|dawn\.node/.test(
        readFileSync('/proc/self/maps', 'utf8'),
      );
    expect(loaded()).toBe(false);
    for (const device of Object.values(devicesHere)) {
      const why = device.absent();
      // One clause that goes on after "but".
      if (why !== null) expect(why).toMatch(/^[a-zC@].*[^.]$/);
    }
    expect(devicesHere.cpu.absent()).toBe(null);
    driverFingerprint();
    expect(loaded()).toBe(false);
  },
);

test('the fingerprint of the drivers stays the same as long as they do', () => {
  expect(driverFingerprint()).toBe(driverFingerprint());
  expect(driverFingerprint()).toContain(process.arch);
});
