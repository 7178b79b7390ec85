import type { Edit } from '../../../shared/api/index.ts';
import type { Disposer } from '../../../shared/rpc/index.ts';
import type { Engines } from '../engines/index.ts';
import type { OpenDocuments, TextOfDocument } from '../types.ts';

/** A voice reads the letters, whoever wrote them. */
const plain = ({ from, to, insert }: Edit): Edit => ({ from, to, insert });

/**
 * Keeps copies of the open documents in the sampler: a fresh process gets them all, and then every change,
 * in order. With the first document the process is started, so that it is warm when it is asked.
 */
export function mirrorDocuments(
  documents: OpenDocuments,
  { sampler }: Pick<Engines, 'sampler'>,
  log: (line: string) => void,
): Disposer {
  // An answer that does not come is told by the engine's state; a refusal is a bug.
  const watch = (answer: Promise<null> | null): void => {
    answer?.catch((error: unknown) => log(`The sampler's copy of a text: ${String(error)}`));
  };
  const open = ({ path, version, text }: TextOfDocument): void =>
    watch(
      sampler.callIfRunning('openText', { id: path, version, text }) ??
        sampler.callUnlessStopped('ping', {}),
    );
  const disposers = [
    sampler.started(() => documents.all().forEach(open)),
    documents.follow({
      opened: open,
      edited: (id, version, edits) =>
        watch(sampler.callIfRunning('editText', { id, version, edits: edits.map(plain) })),
      closed: (id) => watch(sampler.callIfRunning('closeText', { id })),
    }),
  ];
  return () => {
    for (const dispose of disposers) dispose();
  };
}
