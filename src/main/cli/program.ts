import { Command } from 'commander';
import { appVersion } from '../engine/system.ts';
import { addBench } from './bench.ts';
import { addContinue } from './continue.ts';
import { addConvert } from './convert.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { exitCodes } from './exit-code.ts';
import { addImport } from './import.ts';
import { addInfo } from './info.ts';
import type { Output } from './output.ts';
import { addTrain } from './train.ts';

/** All commands. Each loads the heavy parts only when it runs, so that help is instant. */
export function createProgram(output: Output): Command {
  const program = new Command('understudy')
    .description(
      'Learns your voice from your own manuscripts and continues your paragraphs. Offline.',
    )
    .version(appVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('Say `understudy --help` for what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.note,
      outputError: (text, write) => write(text.replace(/^error: /, 'understudy: ')),
    })
    .addHelpText(
      'after',
      `
Exit codes: ${exitCodes.ok} done, ${exitCodes.failure} failure, ${exitCodes.usage} wrong use, ${exitCodes.text} text that cannot be used,
  ${exitCodes.voice} a voice or archive that cannot be used, ${exitCodes.resources} not enough memory or disk,
  ${exitCodes.diverged} training broke down, ${exitCodes.interrupted} interrupted.

Start here:
  understudy train my-novel/ --out my.voice --minutes 5
  understudy continue --voice my.voice --prompt "The house was quiet"`,
    );
  for (const add of [
    addTrain,
    addContinue,
    addConvert,
    addEvaluate,
    addInfo,
    addExport,
    addImport,
    addBench,
  ]) {
    add(program, output);
  }
  return program;
}
