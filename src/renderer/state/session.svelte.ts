import type { ApiClient, Session as Kept, Start } from '../../shared/api/index.ts';

/** The last ones are for a moment: they are not kept for the next start. */
export type Panel = Kept['panel'] | 'settings' | 'export';

/** What the panel of voices shows: all of them, the form for a new one, or the training. */
export type VoicesView = 'list' | 'new' | 'training';

/** Milliseconds after which what is open is kept for the next start. */
const PAUSE = 400;

/** How the room is arranged: what is open, and which panels stand beside the page. */
export class Session {
  sidebar = $state(true);
  panel = $state.raw<Panel>('none');
  voicesView = $state.raw<VoicesView>('list');
  /** What lies over everything for a moment. */
  overlay = $state.raw<'none' | 'commands' | 'documents' | 'disclosure'>('none');
  /** The writer types: panels and bars step back until the pointer moves. */
  writing = $state(false);
  readonly #client: ApiClient;
  #open: Pick<Kept, 'open' | 'active'>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient, start: Pick<Start, 'session'>) {
    this.#client = client;
    this.sidebar = start.session.sidebar;
    this.panel = start.session.panel;
    this.#open = { open: start.session.open, active: start.session.active };
  }

  /** What was open when Understudy was last closed. */
  get restored(): Pick<Kept, 'open' | 'active'> {
    return this.#open;
  }

  toggleSidebar(shown = !this.sidebar): void {
    this.sidebar = shown;
    this.#keep();
  }

  show(panel: Panel): void {
    if (panel !== this.panel) this.voicesView = 'list';
    this.panel = panel;
    this.#keep();
  }

  toggle(panel: Panel): void {
    this.show(this.panel === panel ? 'none' : panel);
  }

  showVoices(view: VoicesView): void {
    this.show('voices');
    this.voicesView = view;
  }

  opened(open: readonly string[], active: string | null): void {
    this.#open = { open: [...open], active };
    this.#keep();
  }

  #keep(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keepNow(), PAUSE);
  }

  /** Losing this costs a few clicks: a failure is not worth a sentence. */
  async keepNow(): Promise<void> {
    clearTimeout(this.#timer);
    const panel = this.panel === 'settings' || this.panel === 'export' ? 'none' : this.panel;
    await this.#client.call.saveSession({ ...this.#open, sidebar: this.sidebar, panel });
  }
}
