/** Elements of a page that are not its prose. */

/** What is left out with all that is in it; some of it is counted. */
export const passedOver: Readonly<Record<string, string | null>> = {
  head: null,
  style: null,
  template: null,
  noscript: null,
  script: 'script',
  img: 'image',
  picture: 'image',
  svg: 'image',
  canvas: 'image',
  math: 'formula',
  audio: 'recording',
  video: 'recording',
  iframe: 'embedded page',
  frame: 'embedded page',
  object: 'embedded object',
  embed: 'embedded object',
  applet: 'embedded object',
  form: 'form',
  input: 'form',
  select: 'form',
  textarea: 'form',
  button: 'form',
  del: 'deleted passage',
  nav: 'table of contents',
  rt: null,
  rp: null,
};

/** Parts of a book that are not its text. */
export const rolesLeftOut: Readonly<Record<string, string>> = {
  toc: 'table of contents',
  landmarks: 'table of contents',
  'page-list': 'table of contents',
  cover: 'cover',
  titlepage: 'title page',
  halftitlepage: 'title page',
  halftitle: 'title page',
  'copyright-page': 'copyright page',
  imprint: 'copyright page',
  colophon: 'copyright page',
  pagebreak: 'page number',
};

/** Elements that are read as their text. */
export const unwrapped = new Set([
  's',
  'strike',
  'code',
  'tt',
  'kbd',
  'samp',
  'var',
  'mark',
  'small',
  'big',
  'label',
  'fieldset',
]);
