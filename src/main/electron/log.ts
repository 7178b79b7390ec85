import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';

/** Past this the log begins anew; the one before it is kept. */
const MOST_BYTES = 1 << 20;

/** A log in `folder`, a line with its time for each call, written in order. */
export async function openLog(
  folder: string,
  now: () => Date = () => new Date(),
): Promise<(line: string) => void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'understudy.log');
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > MOST_BYTES) await rename(file, path.join(folder, 'understudy.old.log'));
  let written: Promise<void> = Promise.resolve();
  return (line) => {
    const entry = `${now().toISOString()} ${line}\n`;
    // A log that cannot be written must not stop the writer; it is said where a developer looks.
    written = written
      .then(() => appendFile(file, entry))
      .catch((error: unknown) => void process.stderr.write(`${entry}${String(error)}\n`));
  };
}
