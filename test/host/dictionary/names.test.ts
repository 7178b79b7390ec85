import { describe, expect, test } from 'vitest';
import { Names } from '../../../src/main/host/dictionary/index.ts';

function namesIn(...texts: readonly string[]): string[] {
  const names = new Names();
  for (const text of texts) names.read(text);
  return names.found(100);
}

/** As often as a name needs to be met. */
const thrice = (sentence: string): string => `${sentence}\n`.repeat(3);

describe('A name', () => {
  test('stands inside sentences three times, in all texts together', () => {
    expect(namesIn('We met Elinor. I saw Elinor.')).toEqual([]);
    expect(namesIn('We met Elinor. I saw Elinor.', 'Nobody, Elinor said.')).toEqual(['Elinor']);
  });

  test('is none at the beginning of a sentence, of speech or of a line', () => {
    expect(namesIn(thrice('It rained. Quickly they ran! Slowly? Then… Often'))).toEqual([]);
    expect(
      namesIn(thrice('He said: Quickly. She said, “Slowly,” and ‘Often’ "Then" (Maybe)')),
    ).toEqual([]);
    expect(namesIn(thrice('So she asked —Quickly— and – Slowly'))).toEqual([]);
    expect(namesIn(thrice('They ran\nQuickly\n\n- Slowly\n> Often'))).toEqual([]);
  });

  test('is none in a heading', () => {
    expect(namesIn(thrice('## The Longest Night of Wednesbury'))).toEqual([]);
  });

  test('is none in capitals alone, nor with a digit, nor as “I’m”', () => {
    expect(namesIn(thrice('and NEVER did I see that R2D2 was X, and I’m sure I’d know'))).toEqual(
      [],
    );
  });

  test('is next to never written small', () => {
    const often = 'and Rose came. '.repeat(20);
    expect(namesIn(often, 'prices rose')).toEqual(['Rose']);
    expect(namesIn(often, 'prices rose and rose')).toEqual([]);
  });

  test('counts in its possessive, and has every form that it is written in', () => {
    expect(namesIn("by Elinor's door, Elinor’s hat. Elinor’s")).toEqual([]);
    expect(namesIn("by Elinor's door, and Elinor’s hat, and Elinor").sort()).toEqual([
      'Elinor',
      "Elinor's",
      'Elinor’s',
    ]);
  });

  test('is found in emphasis and beside another, and its hyphened parts one by one', () => {
    const text = thrice('with *Elinor* Dashwood, _Jean-Luc_ O’Brien');
    expect(namesIn(text)).toEqual(['Elinor', 'Dashwood', 'Jean', 'Luc', 'O’Brien']);
  });

  test.each([
    ['French', 'hier d’Artagnan, en l’Écosse, vit Éloïse', ['d’Artagnan', 'l’Écosse', 'Éloïse']],
    ['Spanish', 'y entonces Íñigo dijo: ¿Quién? ¡Nada! a Ñusta', ['Íñigo', 'Ñusta']],
    ['Russian', 'и тогда Раскольников увидел, как Соня', ['Раскольников', 'Соня']],
    ['Greek', 'και τότε ο Ἀλέξης είδε την Ὄλγα', ['Ἀλέξης', 'Ὄλγα']],
    ['Polish', 'a potem Łukasz zobaczył Żanetę', ['Łukasz', 'Żanetę']],
    [
      'Czech, letters and their marks apart',
      'a pak Šárka'.normalize('NFD'),
      ['Šárka'.normalize('NFD')],
    ],
    ['Chinese, which has no capitals', '然后她看见了伊莉诺', []],
  ])('is found in %s', (_language, sentence, expected) => {
    expect(namesIn(thrice(sentence))).toEqual(expected);
  });
});

test('the most frequent names come first, and no more than are wanted', () => {
  const names = new Names();
  names.read(`${thrice('and Fanny and Edward')}to Edward`);
  expect(names.found(2)).toEqual(['Edward', 'Fanny']);
  expect(names.found(1)).toEqual(['Edward']);
});
