/** PDF without Electron. */
export { chromiumPlaces, findChromium } from './find-chromium.ts';
export { printWithChromium, type PrintPdf } from './print.ts';
