import { Option } from 'commander';
import { deviceChoices, type DeviceChoice } from '../../shared/devices.ts';
import type { Equipment } from '../engine/devices/index.ts';
import type { Output } from './output.ts';

/** `--device`, as every command has it. @param help what the command does with it */
export const deviceOption = (help: string): Option =>
  new Option('--device <name>', help).choices(deviceChoices).default('auto');

/** The help of commands that do not train. */
export const WRITES_ON = 'as `train` has it; a voice is read and written on the processor';

/** Says so to whoever asks for another device. */
export function remarkOnDevice(device: DeviceChoice, output: Output): void {
  if (device === 'auto' || device === 'cpu') return;
  output.note(
    `A voice is read and written on the processor, whatever it was trained on: ` +
      `one unit after the other is too little work for a GPU. --device ${device} is for training.\n`,
  );
}

/** The devices of this computer, compared in processes of their own; what was measured is kept for the next time. */
export async function equipment(): Promise<Equipment> {
  const [{ engineProgram, equipmentHere, forkGauge }, { dataFolder }, path] = await Promise.all([
    import('../engine/devices/index.ts'),
    import('../files/data-folder.ts'),
    import('node:path'),
  ]);
  const program = engineProgram();
  const log = (): void => undefined;
  return equipmentHere(
    program === null ? null : forkGauge(program, log),
    path.join(dataFolder(), 'devices.json'),
  );
}
