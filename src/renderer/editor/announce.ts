/** One polite live region: what a screen reader should say without being asked. */
import { ViewPlugin, type EditorView, type ViewPlugin as Plugin } from '@codemirror/view';

class Announcer {
  readonly #region: HTMLElement;

  constructor(view: EditorView) {
    this.#region = document.createElement('div');
    this.#region.className = 'cm-unseen';
    this.#region.role = 'status';
    this.#region.ariaLive = 'polite';
    view.dom.appendChild(this.#region);
  }

  say(text: string): void {
    this.#region.textContent = text;
  }

  destroy(): void {
    this.#region.remove();
  }
}

export const announcer: Plugin<Announcer> = ViewPlugin.fromClass(Announcer);
