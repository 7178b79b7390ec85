/** The editor alone on a page; tests drive it through `window.room` and real keys. */
import {
  createEditor,
  type Editor,
  type GhostState,
} from '../../../../src/renderer/editor/index.ts';
import { defaultSettings, type Settings } from '../../../../src/shared/api/index.ts';

export interface Room {
  readonly editor: Editor;
  /** Everything the editor told the page, in order. */
  readonly calls: (readonly [string, ...unknown[]])[];
  ghost: GhostState;
  readonly violations: string[];
  configure(change: Partial<Settings>): void;
  /** Milliseconds from each keydown to the frame that shows it, with the wait for the next refresh. */
  readonly paints: number[];
}

declare global {
  interface Window {
    room: Room;
  }
}

const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});

const calls: Room['calls'] = [];
const paints: number[] = [];
let settings = defaultSettings;
let ghost: GhostState = { kind: 'none' };

const editor = createEditor(document.querySelector<HTMLElement>('#room')!, {
  settings,
  nonce: document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')?.content ?? '',
  callbacks: {
    edited: (...values) => calls.push(['edited', ...values]),
    moved: (...values) => calls.push(['moved', ...values]),
    suggest: (...values) => calls.push(['suggest', ...values]),
    stop: (...values) => calls.push(['stop', ...values]),
    accepted: (...values) => calls.push(['accepted', ...values]),
    ghostChanged: (state) => (ghost = state),
    countsChanged: (...values) => calls.push(['counts', ...values]),
    outlineChanged: (...values) => calls.push(['outline', ...values]),
    passageOf: (request) => ({ id: request, voice: 'Mine', at: 0, creativity: 50, seed: 7 }),
    suggestedChanged: (...values) => calls.push(['suggested', ...values]),
    passageAtCaret: (...values) => calls.push(['passage', ...values]),
  },
});

window.room = {
  editor,
  calls,
  violations,
  paints,
  get ghost() {
    return ghost;
  },
  configure(change) {
    settings = { ...settings, ...change };
    editor.configure(settings);
  },
};

/** Calls back in a task of its own, once the present one and its microtasks are over. */
function afterwards(callback: () => void): void {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    callback();
  };
  channel.port2.postMessage(null);
}

addEventListener(
  'keydown',
  ({ timeStamp }) => {
    // A frame is shown when the task after its animation callbacks runs.
    requestAnimationFrame(() => afterwards(() => paints.push(performance.now() - timeStamp)));
  },
  true,
);
