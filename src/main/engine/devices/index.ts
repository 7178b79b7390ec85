/** Which device a network is trained on: compared in processes of their own, chosen, and left when it is lost. */
export { chooseDevice, onDevice, speedsOf, type Chosen, type DeviceWork } from './choose-device.ts';
export { compareDevices, type Compared, type Told } from './compare.ts';
export { equipmentHere, type Equipment, type Gauge } from './equipment.ts';
export { engineProgram, forkGauge } from './fork.ts';
export { gaugeDevice } from './gauge.ts';
export { stepShapeOf } from './shape.ts';
