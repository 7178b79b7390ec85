/** A key of the browser's storage for this page. */
export const WIDTHS = 'understudy.widths';

/** How wide library and panel are, in CSS pixels: as they were left, else to the measure of the screen. */
export function readWidths(): { readonly side: number; readonly panel: number } {
  const kept = /^(\d{3}) (\d{3})$/.exec(localStorage.getItem(WIDTHS) ?? '');
  if (kept) return { side: Number(kept[1]), panel: Number(kept[2]) };
  const share = (part: number, least: number, most: number): number =>
    Math.round(Math.min(most, Math.max(least, part * window.innerWidth)));
  return { side: share(0.2, 220, 264), panel: share(0.3, 320, 400) };
}
