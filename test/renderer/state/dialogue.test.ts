import { describe, expect, test } from 'vitest';
import type { ApiHandlers } from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { Dialogue, textOf, type Keep } from '../../../src/renderer/state/dialogue.svelte.ts';
import { connectApi, settled } from './api.ts';

type Talk = ApiHandlers['talk'];

/** A voice that says its answers one after the other, letter by letter. */
const saying = (...answers: string[]): Talk =>
  async function* (_, signal) {
    const answer = answers.shift() ?? '';
    for (const letter of answer) {
      if (signal.aborted) break;
      yield letter;
      await Promise.resolve();
    }
    return { text: answer, seed: 1 };
  };

function talkOn(talk: Talk, keep: Keep | null = null) {
  const connection = connectApi({ talk });
  const dialogue = new Dialogue(connection.client, keep);
  dialogue.voice = 'Harbour';
  dialogue.writerName = 'Anna';
  dialogue.voiceName = 'Marlow';
  const say = (text: string): void => {
    dialogue.draft = text;
    dialogue.say();
  };
  const texts = (): readonly string[] => dialogue.lines.map(textOf);
  return { ...connection, dialogue, say, texts };
}

describe('a dialogue', () => {
  test('takes turns', async () => {
    const { dialogue, say, texts, asked } = talkOn(saying('Evening.', 'The tide.'));
    dialogue.scene = 'A quay at night.';
    say('Good evening.');
    expect(dialogue.draft).toBe('');
    expect(dialogue.speaking).toEqual({ line: null, text: '' });
    await settled(60);
    say('What do you wait for?');
    await settled(60);
    expect(texts()).toEqual(['Good evening.', 'Evening.', 'What do you wait for?', 'The tide.']);
    expect(asked[1]?.request).toMatchObject({
      voice: 'Harbour',
      scene: 'A quay at night.',
      writerName: 'Anna',
      voiceName: 'Marlow',
      turns: [
        { speaker: 'writer', text: 'Good evening.' },
        { speaker: 'voice', text: 'Evening.' },
        { speaker: 'writer', text: 'What do you wait for?' },
      ],
    });
    expect(dialogue.spoken).toBe('Marlow: The tide.');
  });

  test('says nothing while the voice speaks, or where there is nothing to say', () => {
    const { dialogue, say, texts } = talkOn(saying('Evening.'));
    say('   ');
    expect(dialogue.speaking).toBeNull();
    say('Hello');
    say('Hello?');
    expect(texts()).toEqual(['Hello']);
    expect(dialogue.draft).toBe('Hello?');
  });

  test('stops at once, tells the sampler, and keeps what came', async () => {
    let stopped = false;
    const { dialogue, say, texts } = talkOn(async function* (_, signal) {
      signal.addEventListener('abort', () => (stopped = true));
      yield 'The tide ';
      await new Promise((resolve) => setTimeout(resolve, 80));
      yield 'never comes.';
      return { text: 'The tide never comes.', seed: 1 };
    });
    say('Well?');
    await settled(50);
    expect(dialogue.speaking?.text).toBe('The tide ');
    dialogue.stop();
    expect(dialogue.speaking).toBeNull();
    expect(texts()).toEqual(['Well?', 'The tide']);
    await settled(150);
    expect(stopped).toBe(true);
    expect(texts()).toEqual(['Well?', 'The tide']);
  });

  test('drops what an older stream still sends', async () => {
    let streams = 0;
    const { dialogue, say, texts } = talkOn(async function* () {
      const mine = ++streams;
      for (let i = 0; i < 3; i++) {
        yield `${mine} `;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return { text: `${mine} ${mine} ${mine} `, seed: 1 };
    });
    say('Count');
    await settled(10);
    dialogue.clear();
    say('Again');
    await settled(250);
    expect(texts()).toEqual(['Again', '2 2 2']);
  });

  test('keeps every try', async () => {
    const { dialogue, say, texts, asked } = talkOn(saying('One.', 'Two.'));
    say('Well?');
    await settled(60);
    dialogue.again();
    await settled(60);
    expect(texts()).toEqual(['Well?', 'Two.']);
    expect(asked[1]?.request).toMatchObject({ turns: [{ speaker: 'writer', text: 'Well?' }] });
    const line = dialogue.lines[1]!;
    expect(line.tries).toEqual(['One.', 'Two.']);
    dialogue.turnTo(line.id, 1);
    expect(texts()).toEqual(['Well?', 'One.']);
    dialogue.turnTo(line.id, -1);
    expect(texts()).toEqual(['Well?', 'Two.']);
  });

  test('says what went wrong, keeps the turn and tries again', async () => {
    let broken = true;
    const { dialogue, say, texts } = talkOn(async function* () {
      if (broken) throw new UserError('voice.missing', 'Harbour is gone; choose another voice.');
      yield 'Here.';
      return Promise.resolve({ text: 'Here.', seed: 1 });
    });
    say('Are you there?');
    await settled(50);
    expect(dialogue.problem).toBe('Harbour is gone; choose another voice.');
    expect(texts()).toEqual(['Are you there?']);
    broken = false;
    dialogue.again();
    await settled(60);
    expect(dialogue.problem).toBeNull();
    expect(texts()).toEqual(['Are you there?', 'Here.']);
  });

  test('asks for a voice before it speaks', () => {
    const { dialogue, say } = talkOn(saying());
    dialogue.voice = null;
    say('Hello');
    expect(dialogue.problem).toBe('Choose a voice to talk with.');
    expect(dialogue.speaking).toBeNull();
  });

  test('says where nothing came, but not when the writer stopped it', async () => {
    const { dialogue, say } = talkOn(saying('', ''));
    say('Hello');
    dialogue.stop();
    expect(dialogue.problem).toBeNull();
    await settled(50);
    dialogue.again();
    await settled(60);
    expect(dialogue.problem).toBe('Marlow said nothing; try again.');
  });

  test('takes turns back, the writer’s into the draft', async () => {
    const { dialogue, say, texts } = talkOn(saying('Evening.'));
    say('Good evening.');
    await settled(60);
    dialogue.takeBack();
    dialogue.takeBack();
    expect(texts()).toEqual([]);
    expect(dialogue.draft).toBe('Good evening.');
  });

  test('calls those who have no name by the voice’s, and "You"', () => {
    const { dialogue } = talkOn(saying());
    dialogue.writerName = ' ';
    dialogue.voiceName = '';
    expect([dialogue.nameOf('writer'), dialogue.nameOf('voice')]).toEqual(['You', 'Harbour']);
    dialogue.voiceName = 'M'.repeat(100);
    expect(dialogue.nameOf('voice')).toHaveLength(60);
  });

  test('becomes text for the document', async () => {
    const { dialogue, say } = talkOn(saying('Evening. '));
    say('Good evening.');
    await settled(60);
    expect(dialogue.exchangeText()).toBe('Anna: Good evening.\n\nMarlow: Evening.');
    expect(dialogue.turnText(dialogue.lines[1]!)).toBe('Evening.');
  });

  test('survives a reload, and shrugs at what is not its own', async () => {
    let kept: string | null = null;
    const keep: Keep = { read: () => kept, write: (text) => (kept = text) };
    const first = talkOn(saying('One.', 'Two.'), keep);
    first.dialogue.scene = 'A quay.';
    first.say('Well?');
    await settled(60);
    first.dialogue.again();
    await settled(60);
    const { client } = connectApi({});
    const second = new Dialogue(client, keep);
    expect(second.scene).toBe('A quay.');
    expect(second.nameOf('voice')).toBe('Marlow');
    expect(second.lines.map((line) => line.tries)).toEqual([['Well?'], ['One.', 'Two.']]);
    expect(second.lines[1]?.shown).toBe(1);
    kept = '{"lines": 3}';
    expect(new Dialogue(client, keep).lines).toEqual([]);
    kept = 'no json';
    expect(new Dialogue(client, keep).lines).toEqual([]);
  });
});
