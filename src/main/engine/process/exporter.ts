import { partOf, writeBook } from '../../formats/write/index.ts';
import type { ExporterApi } from '../../protocol/exporter.ts';
import type { Handlers } from '../../../shared/rpc/index.ts';

/** Answers what the host asks of the process that writes books. */
export const createExporter = (): Handlers<ExporterApi> => ({
  write: ({ documents, ...request }) =>
    writeBook({ ...request, parts: documents.map(({ name, text }) => partOf(name, text)) }),
});
