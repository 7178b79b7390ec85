import { describe, expect, it } from 'vitest';
import { decodeText } from '../../src/main/formats/decode-text.ts';
import { encode, readTextFile } from '../../src/main/host/documents/text-file.ts';

/** The bytes of a text, by the table that decoding every byte gives. */
function bytesIn(encoding: string, text: string): Buffer {
  const codes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const table = new TextDecoder(encoding).decode(codes);
  const bytes = [...text].map((character) => table.indexOf(character));
  if (bytes.includes(-1)) throw new RangeError(`${encoding} lacks a letter of "${text}"`);
  return Buffer.from(bytes);
}

const western = {
  English:
    'It was a bright cold day, and Zoë, naïve as ever, had ordered crème brûlée at the café. “You’re late,” said José — and the façade of her calm fell.',
  'English on Danes':
    'Søren went to the café in Århus, and Søren was naïve. He met Bjørn at the fjord. “Is it you, Søren?” he asked; the crème was cold.',
  French:
    'Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite que je n’avais pas le temps de me dire : « Je m’endors. » Et, une demi-heure après, la pensée qu’il était temps de chercher le sommeil m’éveillait.',
  German:
    'Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem ungeheueren Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken und sah seinen gewölbten, braunen Bauch. „Was ist mit mir geschehen?“, dachte er; draußen war es trüb.',
  Spanish:
    'En un lugar de la Mancha, no ha mucho tiempo que vivía un hidalgo de los de lanza en astillero, rocín flaco y galgo corredor. ¿Quién lo diría? Frisaba la edad de nuestro hidalgo con los cincuenta años; era de complexión recia y gran madrugador.',
  Italian:
    'Quel ramo del lago di Como si ristringe quasi a un tratto; perché così è, e la città più in là già si vede. Però non è lontana: è un borgo che s’avvia a diventar città.',
  'Italian with è and ì alone':
    'Il mare è calmo, e così è il cielo. Chi non è qui? Non è vero. Il dì è nero, il gatto è lì.',
  Portuguese:
    'Algum tempo hesitei se devia abrir estas memórias pelo princípio ou pelo fim, isto é, se poria em primeiro lugar o meu nascimento ou a minha morte. Duas considerações me levaram a adotar diferente método: a primeira é que eu não sou propriamente um autor defunto.',
  Catalan:
    'Aquell matí, quan el sol ja començava a escalfar la plaça, la Mercè va sortir de casa. Però ella ja sabia què volia. El col·legi era lluny, i el camí, ple de pols. Això és tot.',
  Danish:
    'Der kom en soldat marcherende hen ad landevejen: én, to! én, to! Så mødte han en gammel heks på landevejen; hun var så ækel, hendes underlæbe hang hende lige ned på brystet. „God aften“, sagde hun.',
  Norwegian:
    'Det var i den tid jeg gikk omkring og sultet i Kristiania, denne forunderlige by som ingen forlater før han har fått merker av den. Jeg ligger våken på min kvist og hører en klokke nedenunder meg slå seks.',
  Swedish:
    'Det var en gång en pojke. Han var så där en fjorton år gammal, lång och ranglig och linhårig. Inte stort dugde han till: han hade mest av allt lust att sova och äta, och därnäst tyckte han om att ställa till odygd. Föräldrarna höllo på att göra sig i ordning.',
  Finnish:
    'Jukolan talo, eteläisessä Hämeessä, seisoo erään mäen pohjoisella rinteellä, liki Toukolan kylää. Sen läheisin ympäristö on kivinen tanner, mutta alempana alkaa pellot.',
  Icelandic:
    'Mörður hét maður er kallaður var gígja. Hann var sonur Sighvats hins rauða. Hann bjó á Velli á Rangárvöllum. Hann var ríkur höfðingi og málafylgjumaður mikill.',
  'Irish, Swedish and Italian':
    'Bhí fear ann fadó agus is fadó a bhí. Bhí sé ina chónaí cois farraige. Det var en gång en pojke, lång och linhårig, fjorton år. Il mare è calmo, e così è il cielo.',
};

const central = {
  Polish:
    'Litwo! Ojczyzno moja! Ty jesteś jak zdrowie. Ile cię trzeba cenić, ten tylko się dowie, kto cię stracił. Dziś piękność twą w całej ozdobie widzę i opisuję, bo tęsknię po tobie.',
  Czech:
    'Tak nám zabili Ferdinanda, řekla posluhovačka panu Švejkovi, který živil se prodejem psů, ošklivých nečistokrevných oblud, kterým padělal rodokmeny. Kterýho Ferdinanda, paní Müllerová? otázal se Švejk, nepřestávaje si masírovat kolena.',
  'a line of Czech': 'Příliš žluťoučký kůň úpěl ďábelské ódy.',
  Slovak:
    'Bol raz jeden kráľ a mal tri dcéry, ktoré miloval ako oko v hlave. Keď už zostarel, začal myslieť na to, ktorá z dcér by mala byť po ňom kráľovnou. Ťažko mu to prichodilo rozhodnúť, lebo všetky tri mal rovnako rád; stĺp mlčal.',
  Hungarian:
    'Mielőtt a nagybátyám elutazott volna, megkérdezte tőlem, hogy mit szeretnék kapni a születésnapomra. Az őszi fények lassan eltűntek a hegyek mögött, és a gyűrött papíron már alig látszottak a betűk. Csönd volt.',
  Croatian:
    'Bio jednom jedan starac i imao tri sina. Kad su već odrasli, reče im otac: Djeco moja, pođite u svijet i naučite štogod, jer vam ja ništa ne mogu ostaviti. Čim je svanulo, braća su pošla; došavši do raskršća, razišla su se, žedna i gladna.',
  Slovene:
    'V starih časih je živel kmet, ki je imel tri sinove. Najstarejši je bil močan, srednji pameten, najmlajši pa je vedno sedel za pečjo in žvižgal. Nekega večera je oče rekel: Čas je, da greste po svetu in si poiščete srečo.',
  Romanian:
    'A fost odată ca niciodată un împărat şi o împărăteasă; amândoi tineri şi frumoşi, şi, voind să aibă copii, a făcut de mai multe ori tot ce trebuia să facă pentru aceasta. Ţara întreagă îl ştia.',
};

describe('telling encodings of one byte a letter apart', () => {
  it.each(Object.entries(western))('reads %s in windows-1252', async (_, text) => {
    const bytes = bytesIn('windows-1252', text);
    expect(await decodeText(bytes)).toEqual({ kind: 'text', text, encoding: 'windows-1252' });
  });

  const both = Object.entries(central).flatMap(([language, text]) =>
    ['iso-8859-2', 'windows-1250'].map((encoding) => [language, encoding, text] as const),
  );

  it.each(both)('reads %s in %s, and writes the same bytes', async (_, encoding, text) => {
    const bytes = bytesIn(encoding, text);
    const file = await readTextFile(bytes, 'a.txt');
    // Which of the two is not told where the letters have the same codes in both.
    expect(file).toMatchObject({ text, readOnly: null });
    expect(encode(file.text, file.form)).toEqual(bytes);
  });

  it('reads the quotes of windows-1250', async () => {
    const text =
      '„Tak nám zabili Ferdinanda,“ řekla posluhovačka panu Švejkovi – „Kterýho Ferdinanda, paní Müllerová?“ otázal se Švejk, nepřestávaje si masírovat kolena…';
    const bytes = bytesIn('windows-1250', text);
    expect(await decodeText(bytes)).toEqual({ kind: 'text', text, encoding: 'windows-1250' });
  });

  it('leaves what it cannot be sure of in windows-1252', async () => {
    const text = 'Søren was naïve.';
    const bytes = bytesIn('windows-1252', text);
    expect(await decodeText(bytes)).toEqual({ kind: 'text', text, encoding: 'windows-1252' });
  });
});
