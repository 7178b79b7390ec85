import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  addParameters,
  overridesOf,
  parameters,
  parseLayers,
  parseRange,
} from '../../src/main/cli/hyperparameters.ts';
import { defaultText, defaultUnits, presets } from '../../src/shared/config.ts';

function overrides(...argv: string[]): ReturnType<typeof overridesOf> {
  const command = new Command().exitOverride();
  addParameters(command);
  command.parse(argv, { from: 'user' });
  return overridesOf(command);
}

describe('hyper-parameters', () => {
  test('override nothing that was not typed', () => {
    expect(overrides()).toEqual({ text: {}, units: {}, network: {}, training: {} });
  });

  test('land where the config keeps them', () => {
    expect(
      overrides(
        ...['--batch', '4', '--rate', '0.01', '--minutes', '2', '--layers', '64,32', '--tied'],
        ...['--no-nfc', '--lower-case', '--vocabulary', '500', '--held-back', '0.2'],
      ),
    ).toEqual({
      text: { nfc: false, lowerCase: true, heldBack: 0.2 },
      units: { vocabularyLimit: 500 },
      network: { layers: [64, 32], tied: true },
      training: { batch: 4, rate: 0.01, minutes: 2 },
    });
  });

  test('cover every field of the config', () => {
    const switches = [
      'joinLines',
      'nfc',
      'lowerCase',
      'stripPunctuation',
      'layers',
      'tied',
      'kind',
    ];
    const covered = new Set<string>([...switches, ...parameters.map(({ place }) => place[1])]);
    const fields = [defaultText, defaultUnits.char, presets.small.network, presets.small.training];
    for (const field of fields.flatMap((part) => Object.keys(part))) {
      expect(covered).toContain(field);
    }
  });

  test('take one to four layers', () => {
    expect(parseLayers('256')).toEqual([256]);
    expect(parseLayers('64, 32')).toEqual([64, 32]);
    expect(() => parseLayers('1,2,3,4,5')).toThrow('it takes 1 to 4');
    expect(() => parseLayers('64,')).toThrow('--layers is ""');
  });

  test('take a range with either end open', () => {
    expect(parseRange('10-20')).toEqual({ from: 10, to: 20 });
    expect(parseRange('10-')).toEqual({ from: 10, to: null });
    expect(parseRange('-20')).toEqual({ from: 0, to: 20 });
    for (const wrong of ['-', '20-10', '5', 'a-b', '']) {
      expect(() => parseRange(wrong)).toThrow(`--range is "${wrong}"`);
    }
  });
});
