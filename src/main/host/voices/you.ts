import fs from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { codeOf, writeAtomic } from '../../files/atomic.ts';

/** The file beside a voice that keeps its measured "You". */
export const YOU = 'you.json';

const schema = v.object({
  creativity: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  /** Sum of the weights it was measured with. */
  weights: v.string(),
});

/** The measured value, or null where there is none for these weights. */
export async function readYou(folder: string, weights: string): Promise<number | null> {
  try {
    const parsed = v.safeParse(schema, JSON.parse(await fs.readFile(join(folder, YOU), 'utf8')));
    return parsed.success && parsed.output.weights === weights ? parsed.output.creativity : null;
  } catch (error) {
    // Not there or damaged: it is measured again.
    if (error instanceof SyntaxError || codeOf(error) !== undefined) return null;
    throw error;
  }
}

export const writeYou = (folder: string, you: v.InferOutput<typeof schema>): Promise<void> =>
  writeAtomic(join(folder, YOU), [Buffer.from(`${JSON.stringify(you)}\n`)]);
