import { UserError } from '../../../shared/errors.ts';

/** A named tensor of float32 values. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const damaged = (name: string, why: string): UserError =>
  new UserError(
    'voice.damaged',
    `${name} is damaged (${why}); restore it from a backup or train the voice again.`,
  );

/**
 * The safetensors layout: u64 length of the header, JSON header, values, little-endian. Chunks are in
 * file order and share memory with `tensors`.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const encoded = new TextEncoder().encode(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(encoded.length), true);
  return [
    length,
    encoded,
    ...[...tensors.values()].map(
      ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ),
  ];
}

const LARGEST_HEADER = 1 << 24;

/**
 * Reads a whole safetensors file of float32 tensors.
 *
 * @param name of the file, for the error
 * @throws UserError `voice.damaged`
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, NamedTensor>; metadata: Record<string, string> } {
  if (bytes.length < 8) throw damaged(name, 'it is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > LARGEST_HEADER || 8 + length > bytes.length) {
    throw damaged(name, 'its header does not fit');
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw damaged(name, 'its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged(name, 'its header is no table');
  }
  const { __metadata__: meta = {}, ...entries } = header as Record<string, unknown>;
  if (
    typeof meta !== 'object' ||
    meta === null ||
    !Object.values(meta).every((value) => typeof value === 'string')
  ) {
    throw damaged(name, 'its metadata is not text');
  }
  const tensors = new Map<string, NamedTensor>();
  const values = bytes.subarray(8 + length);
  let expected = 0;
  const outlines = Object.entries(entries).map(([key, entry]) => [key, outline(entry)] as const);
  outlines.sort((a, b) => (a[1]?.begin ?? 0) - (b[1]?.begin ?? 0));
  for (const [key, found] of outlines) {
    if (!found) throw damaged(name, `the entry of ${key.slice(0, 60)} is wrong`);
    const { shape, begin, end } = found;
    const count = shape.reduce((n, d) => n * d, 1);
    if (begin !== expected || end - begin !== 4 * count || end > values.length) {
      throw damaged(name, `the values of ${key.slice(0, 60)} are not where its header says`);
    }
    // A copy: the values may stand at any offset of the file, floats need one divisible by four.
    const data = new Float32Array(values.slice(begin, end).buffer);
    tensors.set(key, { shape, data });
    expected = end;
  }
  if (expected !== values.length) throw damaged(name, 'it is longer than its header says');
  return { tensors, metadata: meta as Record<string, string> };
}

function outline(entry: unknown): { shape: number[]; begin: number; end: number } | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  const whole = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (dtype !== 'F32' || !Array.isArray(shape) || !shape.every(whole) || shape.length > 8) return null;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole)) return null;
  const [begin, end] = offsets as [number, number];
  return { shape, begin, end };
}
