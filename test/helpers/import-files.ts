import { MOST_PIECE, type ApiClient, type Imported } from '../../src/shared/api/index.ts';
import { unwrap, type Result } from '../../src/shared/result.ts';

export interface FileToImport {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Imports files as the page does. */
export async function importFiles(
  { call }: ApiClient,
  files: readonly FileToImport[],
  folder = '',
): Promise<Result<Imported>> {
  const batch = unwrap(await call.beginImport({}));
  for (const [file, { bytes }] of files.entries()) {
    for (let at = 0; at === 0 || at < bytes.length; at += MOST_PIECE) {
      const piece = Buffer.from(bytes.subarray(at, at + MOST_PIECE)).toString('base64');
      const added = await call.addToImport({ batch, file, bytes: piece });
      if (!added.ok) return added;
    }
  }
  return call.importFiles({ batch, folder, names: files.map(({ name }) => name) });
}
