import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

export interface Part {
  readonly name: string;
  readonly content: Buffer;
}

/** All parts of a packed file. */
export async function unzipped(bytes: Buffer): Promise<readonly Part[]> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const parts: Part[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const content = await buffer(await zip.openReadStreamPromise(entry));
    parts.push({ name: entry.fileName, content });
  }
  return parts;
}
