/**
 * Milliseconds from a key until the host hears of it: by then the screen shows it. Sent at once, the browser's other
 * threads and the host are at work beside the frame, and on two cores the key takes a quarter longer.
 */
export const AFTER_THE_FRAME = 40;
