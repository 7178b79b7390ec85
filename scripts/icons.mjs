// Makes every size of the icon from resources/icons/understudy.svg: PNG for Linux, .ico for Windows,
// .icns for macOS. Draws with Chromium; run by hand when the drawing changes: node scripts/icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';

const folder = path.resolve(import.meta.dirname, '..', 'resources', 'icons');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

/** @returns {Promise<Map<number, Buffer>>} */
async function draw() {
  const svg = await readFile(path.join(folder, 'understudy.svg'), 'utf8');
  const browser = await chromium.launch({
    executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    const images = new Map();
    for (const size of sizes) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
      );
      images.set(size, await page.screenshot({ omitBackground: true }));
    }
    return images;
  } finally {
    await browser.close();
  }
}

/** PNGs in the container of Windows. @param {[number, Buffer][]} images */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(([size, png], i) => {
    const entry = 6 + 16 * i;
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(([, png]) => png)]);
}

/** PNGs in the container of macOS. @param {[string, Buffer][]} images each with its type */
function icns(images) {
  const chunk = (/** @type {string} */ type, /** @type {Buffer[]} */ parts) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
    return Buffer.concat([head, ...parts]);
  };
  return chunk(
    'icns',
    images.map(([type, png]) => chunk(type, [png])),
  );
}

const images = await draw();
/** @param {number} size @returns {Buffer} */
const png = (size) => {
  const image = images.get(size);
  if (image === undefined) throw new RangeError(`No icon of ${size} pixels was drawn`);
  return image;
};
await mkdir(folder, { recursive: true });
for (const size of sizes.filter((size) => size <= 512))
  await writeFile(path.join(folder, `${size}x${size}.png`), png(size));
await writeFile(
  path.join(folder, 'icon.ico'),
  ico([16, 24, 32, 48, 64, 128, 256].map((size) => [size, png(size)])),
);
await writeFile(
  path.join(folder, 'icon.icns'),
  icns([
    ['icp4', png(16)],
    ['icp5', png(32)],
    ['ic11', png(32)],
    ['ic12', png(64)],
    ['ic07', png(128)],
    ['ic13', png(256)],
    ['ic08', png(256)],
    ['ic14', png(512)],
    ['ic09', png(512)],
    ['ic10', png(1024)],
  ]),
);
