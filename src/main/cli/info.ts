import type { Command } from 'commander';
import { bytes, count, duration, figure, plural } from './format.ts';
import type { Output } from './output.ts';

/** `understudy info`: what a voice is made of and how well it knows its writer. */
export function addInfo(program: Command, output: Output): void {
  program
    .command('info')
    .summary('describe a voice')
    .description('Describes a voice: its network, what it was trained on, how well it does.')
    .argument('<voice>', 'folder of the voice')
    .option('--json', 'print one JSON line: the model card and the number of parameters')
    .action(async (folder: string, options: { json?: true }) => {
      const [{ loadVoice }, { parameterCount }] = await Promise.all([
        import('../files/voice-folder.ts'),
        import('../lm/nn/weights.ts'),
      ]);
      const { card } = await loadVoice(folder);
      const parameters = parameterCount(card.config.network);
      if (options.json) {
        // Vocabulary and words are long, and in voice.json for who needs them.
        const units = card.config.units.kind;
        output.json({ event: 'info', ...card, lexicon: undefined, units, parameters });
        return;
      }
      const { network, units, training } = card.config;
      const { metrics } = card;
      const words = card.trainedOn.reduce((n, file) => n + file.words, 0);
      const rows: [string, string][] = [
        ['voice', card.name],
        ['made by', `Understudy ${card.appVersion}, format ${card.format}`],
        ['units', `${units.kind}, ${count(network.vocabulary)} kinds`],
        [
          'network',
          `${network.layers.join(' + ')} ${network.cell.toUpperCase()}, embedding ${network.embedding}` +
            (network.projection > 0 ? `, projection ${network.projection}` : '') +
            (network.tied ? ', tied' : ''),
        ],
        ['parameters', `${count(parameters)} (${bytes(4 * parameters)})`],
        ['trained on', `${plural(words, 'word')} in ${plural(card.trainedOn.length, 'file')}`],
        [
          'trained for',
          `${plural(metrics.steps, 'step')}, ${duration(metrics.seconds)}, seed ${training.seed}`,
        ],
        [
          'held-back pages',
          metrics.bitsPerCharacter === null
            ? 'not looked at yet'
            : `${figure(metrics.bitsPerCharacter, 3)} bits/character`,
        ],
        ['temperature', `${figure(metrics.temperature, 2)} fits the held-back pages`],
      ];
      for (const [name, value] of rows) output.out(`${name.padEnd(16)} ${value}\n`);
      for (const file of card.trainedOn) {
        output.out(`  ${file.name}: ${plural(file.words, 'word')}\n`);
      }
    });
}
