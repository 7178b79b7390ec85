/**
 * The look of the page. Colours and measures are the page's custom properties:
 * --prose-font, --prose-size, --prose-leading, --prose-measure, --font-ui, --font-mono, --ink, --ink-2,
 * --ink-3, --paper, --raised, --hover, --line, --line-strong, --accent, --accent-wash, --caret,
 * --selection, --suggested, --suggested-line, --found, --found-now, --ghost, --ghost-strong, --focus, --shadow-1, --r-1, --r-2, --s-1,
 * --s-2, --s-3, --t-1, --t-2.
 */
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** A measure counts the digit 0 (1ch), which is wider than the average letter of a book face. */
const MEASURE = 'calc(var(--prose-measure) * 0.83)';

const page = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--prose-font)',
    fontSize: 'var(--prose-size)',
    lineHeight: 'var(--prose-leading)',
    fontKerning: 'normal',
    fontVariantLigatures: 'common-ligatures',
    fontVariantNumeric: 'oldstyle-nums proportional-nums',
    fontOpticalSizing: 'auto',
    scrollbarGutter: 'stable',
    overflowX: 'hidden',
  },
  // The margins are padding: a click beside a line goes to the line.
  '.cm-content': {
    padding: `clamp(32px, 11vh, 128px) max(2.6em, calc((100% - ${MEASURE}) / 2)) 45vh`,
    overflowWrap: 'anywhere',
  },
  '&.cm-typewriter .cm-content': { paddingTop: '45vh', paddingBottom: '55vh' },
  '.cm-line': { padding: '0' },
  '.cm-dropCursor': {
    borderLeft: '2px solid var(--caret)',
    marginLeft: '-1px',
    borderRadius: '1px',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--found)', borderRadius: '2px' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--found-now)' },
  '.cm-specialChar': { color: 'var(--ink-3)' },
  '.cm-unseen': {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

const prose = EditorView.theme({
  '.cm-em': { fontStyle: 'italic' },
  '.cm-strong': { fontWeight: '680' },
  '.cm-mono': { fontFamily: 'var(--font-mono)', fontSize: '0.86em' },
  '.cm-link': {
    textDecoration: 'underline',
    textDecorationThickness: '1px',
    textUnderlineOffset: '0.18em',
  },
  '.cm-mark': {
    color: 'var(--ink-3)',
    fontStyle: 'normal',
    fontWeight: '400',
    textDecoration: 'none',
  },
  '.cm-heading': { fontWeight: '620', fontVariantNumeric: 'lining-nums', textWrap: 'balance' },
  '.cm-heading-1': { fontSize: '1.58em', lineHeight: '1.25', letterSpacing: '-0.012em' },
  '.cm-heading-2': { fontSize: '1.26em', lineHeight: '1.35', letterSpacing: '-0.006em' },
  '.cm-heading-3': { fontSize: '1.08em' },
  '.cm-heading-5, .cm-heading-6': { fontWeight: '500' },
  // The marks of a heading hang in the margin, so that its words stand on the edge of the prose.
  '.cm-heading .cm-hanging': {
    display: 'inline-block',
    width: '5em',
    marginInlineStart: '-5em',
    textAlign: 'end',
    fontSize: '0.8em',
    letterSpacing: '0',
    opacity: '0.75',
  },
  '.cm-heading-1 .cm-hanging': { fontSize: '0.62em' },
  '.cm-heading-2 .cm-hanging': { fontSize: '0.72em' },
  '.cm-scene-break': { textAlign: 'center', letterSpacing: '0.22em', color: 'var(--ink-2)' },
  // So do the marks of lists; a quotation stands in, with its mark on the edge.
  '.cm-quote': { paddingInlineStart: '1.5em', color: 'var(--ink-2)' },
  '.cm-quote .cm-hanging, .cm-item .cm-hanging': {
    display: 'inline-block',
    minWidth: '1.5em',
    marginInlineStart: '-1.5em',
  },
  '@media (max-width: 560px)': {
    '.cm-heading-4 .cm-hanging, .cm-heading-5 .cm-hanging, .cm-heading-6 .cm-hanging': {
      width: 'auto',
      marginInlineStart: '0',
    },
  },
  // An opening quote hangs a little, so that the words below it stand in line.
  '.cm-speech': { textIndent: '-0.42em' },
  '.cm-quote.cm-speech, .cm-item.cm-speech': { textIndent: '0' },
  '.cm-code': { fontFamily: 'var(--font-mono)', fontSize: '0.86em', fontVariantNumeric: 'normal' },
  '&.cm-focusing .cm-line, &.cm-focusing .cm-mark': { color: 'var(--prose-dimmed, var(--ink-3))' },
  '&.cm-focusing .cm-in-focus, &.cm-focusing .cm-in-focus .cm-em': { color: 'var(--ink)' },
  '&.cm-focusing .cm-in-focus.cm-mark, &.cm-focusing .cm-in-focus .cm-mark': {
    color: 'var(--ink-3)',
  },
});

const ghost = EditorView.theme({
  '.cm-ghost': { userSelect: 'none', cursor: 'default' },
  '.cm-ghost-text': {
    color: 'var(--ghost)',
    fontStyle: 'normal',
    fontWeight: '400',
    unicodeBidi: 'isolate',
    boxDecorationBreak: 'clone',
  },
  '&.cm-ghost-strong .cm-ghost-text': { color: 'var(--ghost-strong)' },
  '.cm-ghost-chip': {
    display: 'inline-block',
    verticalAlign: 'baseline',
    minWidth: '28px',
    minHeight: '24px',
    margin: '-4px 0 -4px 0.4em',
    padding: '0 6px',
    border: '1px solid var(--line)',
    borderRadius: 'var(--r-1)',
    background: 'var(--raised)',
    color: 'var(--ink-2)',
    font: '500 var(--t-1) / 22px var(--font-ui)',
    fontVariantNumeric: 'tabular-nums',
    letterSpacing: '0',
    textAlign: 'center',
    textIndent: '0',
    cursor: 'pointer',
  },
  '.cm-ghost-chip:hover': { background: 'var(--accent-wash)', color: 'var(--ink)' },
  '.cm-ghost-chip[hidden]': { display: 'none' },
  '@media (forced-colors: active)': {
    '.cm-ghost-text': { border: '1px solid GrayText', color: 'GrayText' },
  },
});

const provenance = EditorView.theme({
  '.cm-suggested': {
    backgroundColor: 'var(--suggested)',
    textDecoration: 'underline dotted var(--suggested-line)',
    textDecorationThickness: '2px',
    textUnderlineOffset: '0.22em',
    textDecorationSkipInk: 'none',
    borderRadius: '2px',
    boxDecorationBreak: 'clone',
  },
  '.cm-tooltip.cm-tooltip-hover': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--r-2)',
    background: 'var(--raised)',
    boxShadow: 'var(--shadow-2)',
  },
  '.cm-whose': {
    padding: 'var(--s-1) var(--s-2)',
    color: 'var(--ink)',
    font: '500 var(--t-1) / 1.5 var(--font-ui)',
  },
  '@media (forced-colors: active)': {
    '.cm-suggested': { textDecorationColor: 'Highlight', background: 'Canvas' },
  },
});

const find = EditorView.theme({
  '.cm-panels': { background: 'transparent', color: 'var(--ink)' },
  '.cm-panels-top': { border: 'none' },
  '.cm-find': {
    display: 'flex',
    flexDirection: 'column',
    gap: 'var(--s-1)',
    maxWidth: '560px',
    margin: '0 auto',
    padding: 'var(--s-2) var(--s-3)',
    font: '400 var(--t-2) / 1.4 var(--font-ui)',
  },
  '.cm-find-row': { display: 'flex', alignItems: 'center', gap: 'var(--s-1)' },
  '.cm-find-row[hidden]': { display: 'none' },
  '.cm-find-field': {
    flex: '1 1 80px',
    minWidth: '0',
    height: '30px',
    padding: '0 10px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--r-2)',
    background: 'var(--paper)',
    color: 'var(--ink)',
    font: 'inherit',
  },
  '.cm-find-field:focus-visible, .cm-find-button:focus-visible': {
    outline: '2px solid var(--focus)',
    outlineOffset: '0',
  },
  '.cm-find-count': {
    whiteSpace: 'nowrap',
    padding: '0 var(--s-1)',
    color: 'var(--ink-3)',
    fontVariantNumeric: 'tabular-nums',
    textAlign: 'end',
  },
  '.cm-find-button': {
    minWidth: '30px',
    height: '30px',
    padding: '0 10px',
    border: '0',
    borderRadius: 'var(--r-2)',
    background: 'transparent',
    color: 'var(--ink-2)',
    font: 'inherit',
    fontWeight: '500',
    cursor: 'pointer',
  },
  '.cm-find-icon': { padding: '0 4px', fontSize: 'var(--t-3)' },
  '.cm-find-button:hover': { background: 'var(--hover)', color: 'var(--ink)' },
  '.cm-find-button[aria-pressed=true]': { background: 'var(--accent-wash)', color: 'var(--ink)' },
  '@media (forced-colors: active)': {
    '.cm-find-button[aria-pressed=true]': { outline: '1px solid Highlight' },
  },
});

// The earlier theme wins where two say something of the same element.
export const proseTheme: Extension = [find, ghost, provenance, prose, page];
