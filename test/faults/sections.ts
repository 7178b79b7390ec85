import { diskFull } from './documents/disk-full.ts';
import { faultMatrix } from './documents/fault-matrix.ts';
import { fidelity } from './documents/fidelity.ts';
import { kills } from './documents/kills.ts';
import { order } from './documents/order.ts';
import { outside } from './documents/outside.ts';
import { pageKills } from './documents/page-kills.ts';
import { exports } from './formats/exports.ts';
import { hostile } from './formats/hostile.ts';
import { imports } from './formats/imports.ts';
import { novels } from './formats/novels.ts';
import { spoiledFiles } from './formats/spoiled-files.ts';
import type { Section } from './section.ts';
import { checkpoints } from './training/checkpoints.ts';
import { spoiled } from './training/spoiled.ts';

/**
 * All that `npm run test:faults` measures, in its order, in which two lanes end at about the same time. A new
 * section needs no more than a line here.
 */
export const sections: readonly Section[] = [
  kills,
  pageKills,
  diskFull,
  faultMatrix,
  order,
  outside,
  fidelity,
  checkpoints,
  hostile,
  imports,
  novels,
  exports,
  spoiled,
  spoiledFiles,
];
