/** Find and replace: one quiet row at the top of the text, a second one for replacing. */
import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  openSearchPanel,
  replaceAll,
  replaceNext,
  search,
  SearchQuery,
  setSearchQuery,
} from '@codemirror/search';
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  runScopeHandlers,
  type Command,
  type EditorView,
  type Panel,
  type ViewUpdate,
} from '@codemirror/view';

const showReplace = StateEffect.define<boolean>();
const replaceField = StateField.define<boolean>({
  create: () => false,
  update: (shown, { effects }) =>
    effects.reduce((value, effect) => (effect.is(showReplace) ? effect.value : value), shown),
});

/** Beyond this many, the panel says "more than". */
const MOST = 2000;

const button = (label: string, className: string, press: () => void): HTMLButtonElement => {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = `cm-find-button ${className}`;
  element.textContent = label;
  element.addEventListener('click', press);
  return element;
};

const field = (label: string): HTMLInputElement => {
  const element = document.createElement('input');
  element.type = 'text';
  element.className = 'cm-find-field';
  element.ariaLabel = label;
  element.placeholder = label;
  element.spellcheck = false;
  element.autocomplete = 'off';
  return element;
};

class FindPanel implements Panel {
  readonly dom = document.createElement('div');
  readonly top = true;
  readonly #view: EditorView;
  readonly #find = field('Find');
  readonly #replace = field('Replace with');
  readonly #count = document.createElement('output');
  readonly #case: HTMLButtonElement;
  readonly #word: HTMLButtonElement;
  readonly #replaceRow = document.createElement('div');
  #timer = 0;

  constructor(view: EditorView) {
    this.#view = view;
    const press = (command: Command) => () => void command(view);
    this.#find.setAttribute('main-field', 'true');
    this.#count.className = 'cm-find-count';
    this.#count.ariaLive = 'polite';
    this.#case = this.#toggle('Aa', 'Match case');
    this.#word = this.#toggle('Word', 'Whole words');
    const previous = button('↑', 'cm-find-icon', press(findPrevious));
    const next = button('↓', 'cm-find-icon', press(findNext));
    const close = button('✕', 'cm-find-icon', press(closeSearchPanel));
    for (const [element, label] of [
      [previous, 'Previous match'],
      [next, 'Next match'],
      [close, 'Close'],
    ] as const) {
      element.ariaLabel = label;
      element.title = label;
    }
    const findRow = document.createElement('div');
    findRow.className = 'cm-find-row';
    findRow.append(this.#find, this.#count, this.#case, this.#word, previous, next, close);
    this.#replaceRow.className = 'cm-find-row';
    this.#replaceRow.append(
      this.#replace,
      button('Replace', '', press(replaceNext)),
      button('Replace all', '', press(replaceAll)),
    );
    this.dom.className = 'cm-find';
    this.dom.role = 'search';
    this.dom.ariaLabel = 'Find and replace in the text';
    this.dom.append(findRow, this.#replaceRow);
    this.dom.addEventListener('input', () => this.#commit());
    this.dom.addEventListener('keydown', (event) => this.#key(event));
    this.#read();
  }

  mount(): void {
    this.#find.select();
  }

  update(update: ViewUpdate): void {
    const asked = update.transactions.some(({ effects }) =>
      effects.some((effect) => effect.is(setSearchQuery) || effect.is(showReplace)),
    );
    if (asked) this.#read();
    else if (update.docChanged || update.selectionSet) this.#countLater();
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #toggle(label: string, name: string): HTMLButtonElement {
    const element = button(label, 'cm-find-icon', () => {
      element.ariaPressed = element.ariaPressed === 'true' ? 'false' : 'true';
      this.#commit();
    });
    element.ariaLabel = name;
    element.title = name;
    element.ariaPressed = 'false';
    return element;
  }

  /** Shows what the state says. */
  #read(): void {
    const query = getSearchQuery(this.#view.state);
    if (this.#find.value !== query.search) this.#find.value = query.search;
    if (this.#replace.value !== query.replace) this.#replace.value = query.replace;
    this.#case.ariaPressed = String(query.caseSensitive);
    this.#word.ariaPressed = String(query.wholeWord);
    this.#replaceRow.hidden = !this.#view.state.field(replaceField) || this.#view.state.readOnly;
    this.#countLater();
  }

  #commit(): void {
    const query = new SearchQuery({
      search: this.#find.value,
      replace: this.#replace.value,
      caseSensitive: this.#case.ariaPressed === 'true',
      wholeWord: this.#word.ariaPressed === 'true',
      literal: true,
    });
    if (query.eq(getSearchQuery(this.#view.state))) return;
    this.#view.dispatch({ effects: setSearchQuery.of(query) });
  }

  #key(event: KeyboardEvent): void {
    const { key, shiftKey, target } = event;
    if (runScopeHandlers(this.#view, event, 'search-panel')) event.preventDefault();
    else if (key === 'Escape') closeSearchPanel(this.#view);
    else if (key === 'Enter' && target === this.#find) {
      (shiftKey ? findPrevious : findNext)(this.#view);
    } else if (key === 'Enter' && target === this.#replace) replaceNext(this.#view);
    else return;
    event.preventDefault();
  }

  /** "3 of 12", when the writer pauses: counting goes through the whole text. */
  #countLater(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const { state } = this.#view;
      const query = getSearchQuery(state);
      this.#count.value = query.valid ? this.#counted(query) : '';
    }, 150);
  }

  #counted(query: SearchQuery): string {
    const { state } = this.#view;
    const { from, to } = state.selection.main;
    let total = 0;
    let current = 0;
    for (const cursor = query.getCursor(state); total <= MOST;) {
      const match = cursor.next();
      if (match.done === true) break;
      total++;
      if (match.value.from === from && match.value.to === to) current = total;
    }
    if (total === 0) return 'Nothing found';
    const all = total > MOST ? `more than ${MOST}` : String(total);
    return current > 0 ? `${current} of ${all}` : all;
  }
}

const open =
  (replacing: boolean): Command =>
  (view) => {
    // Opening may set the panel up; what it shows is told first.
    openSearchPanel(view);
    view.dispatch({ effects: showReplace.of(replacing) });
    return true;
  };

export const openFind = open(false);
export const openReplace = open(true);
export { findNext, findPrevious };

export const findAndReplace: Extension = [
  replaceField,
  search({ top: true, createPanel: (view) => new FindPanel(view) }),
];
