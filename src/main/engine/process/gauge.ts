import { devicesHere, type Devices } from '../../backends/devices/index.ts';
import type { GaugeApi } from '../../protocol/gauge.ts';
import type { Handlers } from '../../../shared/rpc/index.ts';
import { gaugeDevice } from '../devices/gauge.ts';

/** Answers what is asked of the process that tries a device. */
export const createGauge = (devices: Devices = devicesHere): Handlers<GaugeApi> => ({
  measure: (request) => gaugeDevice(devices, request, () => performance.now()),
});
