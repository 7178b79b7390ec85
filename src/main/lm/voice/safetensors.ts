import { UserError } from '../../../shared/errors.ts';
import { elements } from '../nn/weights.ts';

/** A named tensor of float32 values, row by row. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a tensor's values stand, in bytes from the first value. */
interface Place {
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of the values; contiguous from 0 to `size`. */
  readonly places: ReadonlyMap<string, Place>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes before the first value. */
  readonly start: number;
  /** Bytes of all values. */
  readonly size: number;
}

/** Bytes that tell how long the header is. */
export const PREFIX = 8;
/** The format's own bound. */
const LARGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

const damaged = (name: string, why: string): UserError =>
  new UserError(
    'voice.damaged',
    `${name} is damaged (${why}); restore it from a backup or train the voice again.`,
  );

/**
 * The safetensors layout (huggingface/safetensors): u64 length of the header, JSON header padded to 8
 * bytes, values, all little-endian. Two chunks of header, then one for each tensor in the given order,
 * which share memory with `tensors`.
 *
 * @throws RangeError when a shape does not fit its values
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header = new Map<string, unknown>([[METADATA, metadata]]);
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA) throw new RangeError(`A tensor may not be named ${METADATA}`);
    if (elements(shape) !== data.length) {
      throw new RangeError(`Tensor ${name} of shape [${shape.join()}] has ${data.length} values`);
    }
    const end = offset + data.byteLength;
    header.set(name, { dtype: 'F32', shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Padded, so that a reader can lay floats straight over the file.
  const encoded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  encoded.set(json);
  const prefix = new Uint8Array(PREFIX);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(encoded.length), true);
  const values = Array.from(
    tensors.values(),
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [prefix, encoded, ...values];
}

/**
 * Length of the header in bytes, without the prefix.
 *
 * @param bytes the first eight or more of the file
 * @param fileSize of the whole file, in bytes
 * @throws UserError `voice.damaged`
 */
export function headerLength(bytes: Uint8Array, fileSize: number, name: string): number {
  if (bytes.length < PREFIX) throw damaged(name, 'it is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX);
  const length = Number(view.getBigUint64(0, true));
  if (length > LARGEST_HEADER) throw damaged(name, 'its header has an impossible length');
  if (PREFIX + length > fileSize) throw damaged(name, 'it is cut off');
  return length;
}

/**
 * Reads the header: names, shapes, places, metadata. Every field is checked.
 *
 * @param bytes at least prefix and header
 * @param fileSize of the whole file, in bytes
 * @param name of the file, for the error
 * @throws UserError `voice.damaged`
 */
export function decodeHeader(bytes: Uint8Array, fileSize: number, name: string): SafetensorsHeader {
  const start = PREFIX + headerLength(bytes, fileSize, name);
  const size = fileSize - start;
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX, start));
    header = JSON.parse(text);
  } catch {
    throw damaged(name, 'its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged(name, 'its header is no table');
  }
  const { [METADATA]: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (!isText(metadata)) throw damaged(name, 'its metadata is not text');
  const found = Object.entries(entries).map(([key, entry]): [string, Place] => {
    const place = placeOf(entry);
    if (!place) throw damaged(name, `the entry of ${shown(key)} is wrong`);
    return [key, place];
  });
  found.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const [key, { shape, begin, end }] of found) {
    // Contiguous: no value is in two tensors, none is in no tensor.
    if (begin !== expected || end - begin !== 4 * elements(shape) || end > size) {
      throw damaged(name, `the values of ${shown(key)} are not where its header says`);
    }
    expected = end;
  }
  if (expected !== size) throw damaged(name, 'it is longer than its header says');
  return { places: new Map(found), metadata, start, size };
}

/**
 * Reads a whole safetensors file of float32 tensors. Where the bytes are aligned the tensors share their
 * memory; otherwise they are copies.
 *
 * @param name of the file, for the error
 * @throws UserError `voice.damaged`
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, NamedTensor>; metadata: Readonly<Record<string, string>> } {
  const { places, metadata, start } = decodeHeader(bytes, bytes.length, name);
  const tensors = new Map<string, NamedTensor>();
  for (const [key, { shape, begin, end }] of places) {
    const values = bytes.subarray(start + begin, start + end);
    const aligned = values.byteOffset % 4 === 0 ? values : Uint8Array.from(values);
    const data = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
    tensors.set(key, { shape, data });
  }
  return { tensors, metadata };
}

const shown = (key: string): string => JSON.stringify(key.slice(0, 60));

const isText = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((part) => typeof part === 'string');

const areWhole = (values: unknown): values is number[] =>
  Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);

function placeOf(entry: unknown): Place | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (dtype !== 'F32' || !areWhole(shape) || shape.length > 8 || !areWhole(offsets)) return null;
  const [begin, end, more] = offsets;
  return begin === undefined || end === undefined || more !== undefined || end < begin
    ? null
    : { shape, begin, end };
}
