/** What is passed over with all that is in it; some of it is counted. */
export const passedOver: Readonly<Record<string, string | null>> = {
  'w:del': 'deleted passage',
  'w:moveFrom': 'deleted passage',
  'w:pPrChange': null,
  'w:rPrChange': null,
  'w:sectPrChange': null,
  'w:tblPrChange': null,
  'w:tcPrChange': null,
  'w:trPrChange': null,
  'w:numberingChange': null,
  'w:delText': null,
  'w:delInstrText': null,
  'w:sectPr': null,
  // Given twice: as Word has it, and for programs that do not know that.
  'mc:Fallback': null,
  'm:oMath': 'formula',
  'w:object': 'embedded object',
  'w:rt': null,
};
