/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Clocks inside the page: put there before any of its scripts, read from outside. Milliseconds. */
import type { Page } from '@playwright/test';

/** What one key cost. */
export interface KeyTime {
  /** From the press, as the browser heard of it, until the text stands in the document. */
  readonly script: number;
  /** Until the frame begins that shows it. */
  readonly waiting: number;
  /** Until style, layout and paint of that frame are done. */
  readonly frame: number;
}

export interface Clock {
  readonly keys: KeyTime[];
  /** From the press to the presented frame, in steps of 8 ms, as Event Timing has it; only those of 16 or more. */
  readonly slow: number[];
  /** From Ctrl+Enter until the first character of the suggestion is painted. */
  readonly ghosts: number[];
  /** From Escape until the host says that the stream has ended. */
  readonly silences: number[];
  /** From the start of the navigation until the text is there, has the keyboard and is painted; null before. */
  ready: number | null;
  /** So many streams are open. */
  streams: number;
}

declare global {
  interface Window {
    clock: Clock;
  }
}

/** Runs in the page, alone: it may use nothing from outside itself. */
function startClock(): void {
  const clock: Clock = {
    ...{ keys: [], slow: [], ghosts: [], silences: [] },
    ready: null,
    streams: 0,
  };
  window.clock = clock;
  /** A message that is posted in a frame comes when the frame's style, layout and paint are done. */
  const nextFrame = (done: (began: number, ended: number) => void): void => {
    requestAnimationFrame(() => {
      const began = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(began, performance.now());
      port2.postMessage(null);
    });
  };
  let [pressed, asked, escaped] = [0, 0, 0];

  addEventListener(
    'keydown',
    (event) => {
      if (event.key.length === 1 && !event.ctrlKey) pressed = event.timeStamp;
      if (event.key === 'Enter' && event.ctrlKey) {
        asked = event.timeStamp;
        watch();
      }
      if (event.key === 'Escape' && clock.streams > 0 && escaped === 0) escaped = event.timeStamp;
    },
    { capture: true },
  );
  // The text is in the page; the editor and all that hears of it run before the task that was posted here.
  addEventListener(
    'input',
    () => {
      const from = pressed;
      if (from === 0) return;
      pressed = 0;
      const { port1, port2 } = new MessageChannel();
      let script = performance.now();
      port1.onmessage = () => (script = performance.now());
      port2.postMessage(null);
      nextFrame((began, ended) => {
        const worked = Math.min(script, began);
        clock.keys.push({
          script: worked - from,
          waiting: began - worked,
          frame: ended - began,
        });
      });
    },
    { capture: true },
  );
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === 'keydown') clock.slow.push(duration);
    }
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);

  const look = (): void => {
    const [text] = document.getElementsByClassName('cm-ghost-text');
    if (asked > 0 && text?.textContent) {
      const from = asked;
      asked = 0;
      nextFrame((_, ended) => clock.ghosts.push(ended - from));
    }
    if (clock.ready !== null) {
      // It would cost each key its time.
      if (asked === 0) watcher.disconnect();
      return;
    }
    const content = document.activeElement;
    const isText = content?.matches('.cm-content[contenteditable=true]') === true;
    if (!isText || content.textContent.trim() === '') return;
    clock.ready = NaN;
    nextFrame((_, ended) => (clock.ready = ended));
  };
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  const watcher = new MutationObserver(look);
  const watch = (): void => watcher.observe(document, all);
  watch();
  addEventListener('focusin', look);

  // The line to the host, listened to.
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    readonly #streams = new Set<number>();

    constructor(address: string | URL) {
      super(address);
      this.addEventListener('message', ({ data }: MessageEvent<string>) => {
        if (!data.startsWith('{"kind":"end"')) return;
        const { id } = JSON.parse(data) as { id: number };
        if (!this.#streams.delete(id)) return;
        clock.streams--;
        if (escaped > 0) clock.silences.push(performance.now() - escaped);
        escaped = 0;
      });
    }

    override send(data: string): void {
      if (data.startsWith('{"kind":"open"')) {
        this.#streams.add((JSON.parse(data) as { id: number }).id);
        clock.streams++;
      }
      super.send(data);
    }
  };
}

/** For every page that is loaded from now on. */
export async function putClock(page: Page): Promise<void> {
  await page.context().addInitScript(startClock);
}

export const readClock = (page: Page): Promise<Clock> => page.evaluate(() => window.clock);

/** Forgets what was measured before. */
export const resetClock = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { keys, slow, ghosts, silences } = window.clock;
    for (const list of [keys, slow, ghosts, silences]) list.length = 0;
  });
