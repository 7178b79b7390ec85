/**
 * The file of one snapshot. Its name says when it was taken, the SHA-256 of the text, and whether the writer
 * gave it a name; its first line, why, and that name; the rest is the text and its form, compressed. So the
 * files of a folder are their own index, and one that is damaged takes no other with it.
 */
import { webcrypto } from 'node:crypto';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import * as v from 'valibot';
import { marksSchema, noMarks, snapshotCauses, type Marks } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { marksFor, type Runs } from '../../../shared/provenance/index.ts';
import { diskError } from '../../files/atomic.ts';
import { formSchema, type Form } from '../documents/index.ts';
import { encoded } from '../slices.ts';

const deflated = promisify(deflate);
const inflated = promisify(inflate);

/** Of zlib: twice as fast as its default for a tenth more of space. */
const LEVEL = 1;
/** The first line is shorter than this. */
const LONGEST_HEAD = 4096;
/** No document is larger; what claims to be is damaged. */
const LARGEST = 1 << 28;
const MAGIC = 'understudy snapshot 1 ';

export interface FileName {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly sha256: string;
  readonly kept: boolean;
}

export const fileNameOf = ({ at, sha256, kept }: FileName): string =>
  `${at}-${sha256}${kept ? '.kept' : ''}.snapshot`;

/** What a file's name says; null for any other file. */
export function parseFileName(name: string): FileName | null {
  const found = /^(\d{1,15})-([0-9a-f]{64})(\.kept)?\.snapshot$/.exec(name);
  return found && { at: Number(found[1]), sha256: found[2]!, kept: found[3] !== undefined };
}

const headSchema = v.object({
  cause: v.picklist(snapshotCauses),
  name: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  /** Where the document was, for people and for repairs. */
  place: v.string(),
});
/** What belongs to the text. */
const aboutSchema = v.object({ form: formSchema, marks: v.exactOptional(marksSchema) });
export type Head = v.InferOutput<typeof headSchema>;

const headLine = (head: Head): Buffer => Buffer.from(`${MAGIC}${JSON.stringify(head)}\n`, 'utf8');

/** A text that is to be kept, as bytes; made before it is known whether it is kept already. */
export interface Packed {
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly about: v.InferOutput<typeof aboutSchema>;
}

/** A text that was kept, with its marks of what was suggested. */
export interface Unpacked {
  readonly text: string;
  readonly marks: Marks;
  readonly form: Form;
}

export async function pack(text: string, form: Form, runs: Runs): Promise<Packed> {
  const bytes = await encoded(text);
  return { sha256: await hash(bytes), bytes, about: { form, ...marksFor(runs) } };
}

/** The chunks of a file. Compressing happens beside the event loop. */
export async function fileOf(head: Head, { bytes, about }: Packed): Promise<readonly Buffer[]> {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`, 'utf8'), bytes]);
  return [headLine(head), await deflated(body, { level: LEVEL })];
}

/** The same file with another first line. */
export async function withHead(path: string, head: Head): Promise<readonly Buffer[]> {
  const bytes = await fs.readFile(path);
  return [headLine(head), bytes.subarray(endOfHead(bytes, path))];
}

/** Throws UserError `snapshot.damaged`, `disk.failed`. */
export async function readHead(path: string): Promise<Head> {
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    throw diskError(error, path);
  });
  try {
    const bytes = Buffer.alloc(LONGEST_HEAD);
    const { bytesRead } = await handle.read(bytes, 0, LONGEST_HEAD, 0);
    return parseHead(bytes.subarray(0, bytesRead), path);
  } finally {
    await handle.close();
  }
}

/** The text that was kept, proven by its hash. Throws UserError `snapshot.damaged`, `disk.failed`. */
export async function readText(path: string, sha256: string): Promise<Unpacked> {
  const file = await fs.readFile(path).catch((error: unknown) => {
    throw diskError(error, path);
  });
  try {
    const body = await inflated(file.subarray(endOfHead(file, path)), { maxOutputLength: LARGEST });
    const line = body.indexOf(10);
    const bytes = body.subarray(line + 1);
    if (line < 0 || (await hash(bytes)) !== sha256) throw new Error('it holds another text');
    const { form, marks } = v.parse(aboutSchema, JSON.parse(body.toString('utf8', 0, line)));
    return { text: bytes.toString('utf8'), marks: marks ?? noMarks, form };
  } catch (error) {
    throw damaged(path, error);
  }
}

function parseHead(bytes: Buffer, path: string): Head {
  try {
    const line = bytes.toString('utf8', MAGIC.length, endOfHead(bytes, path) - 1);
    return v.parse(headSchema, JSON.parse(line));
  } catch (error) {
    throw damaged(path, error);
  }
}

/** Offset of the byte after the first line. */
function endOfHead(bytes: Buffer, path: string): number {
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(10);
  if (end < 0 || bytes.toString('utf8', 0, MAGIC.length) !== MAGIC) {
    throw damaged(path, new Error('it has no first line'));
  }
  return end + 1;
}

async function hash(bytes: Buffer): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', bytes);
  return Buffer.from(digest).toString('hex');
}

const damaged = (path: string, cause: unknown): UserError =>
  new UserError(
    'snapshot.damaged',
    `This snapshot is damaged and cannot be read (${path}); choose another one.`,
    { cause },
  );
