import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
} from '../../../src/main/lm/voice/safetensors.ts';
import { isUserError } from '../../../src/shared/errors.ts';
import { damage, dice, FUZZ_RUNS, refuses } from '../../helpers/voices.ts';

const tensors = new Map<string, NamedTensor>([
  ['embed.weight', { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, -0.5]) }],
  ['out.bias', { shape: [2], data: Float32Array.from([NaN, Infinity]) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
  ['scalar', { shape: [], data: Float32Array.from([7]) }],
]);

const whole = (chunks: readonly Uint8Array[]): Uint8Array => Buffer.concat(chunks);

/** A file with this header and so many bytes of values. */
function file(header: unknown, values = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(values)]);
}

describe('safetensors', () => {
  it('gives back the tensors and the metadata that were written', () => {
    const bytes = whole(encodeSafetensors(tensors, { format: 'pt', 'a key': 'ünï 😀' }));
    const read = decodeSafetensors(bytes, 'weights.safetensors');
    expect(read.metadata).toEqual({ format: 'pt', 'a key': 'ünï 😀' });
    expect(read.tensors).toEqual(tensors);
  });

  it('gives back any tensors', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            name: fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
            data: fc.float32Array({ maxLength: 20 }),
          }),
          { selector: ({ name }) => name, maxLength: 6 },
        ),
        (parts) => {
          const given = new Map(
            parts.map(({ name, data }) => [name, { shape: [1, data.length], data }]),
          );
          const read = decodeSafetensors(whole(encodeSafetensors(given)), 'a').tensors;
          expect(new Map([...read].sort())).toEqual(new Map([...given].sort()));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('starts its values at a multiple of eight', () => {
    for (let length = 0; length < 9; length++) {
      const [prefix, header] = encodeSafetensors(tensors, { a: 'x'.repeat(length) });
      expect((prefix!.length + header!.length) % 8).toBe(0);
    }
  });

  it('reads bytes that stand at any offset', () => {
    const bytes = whole(encodeSafetensors(tensors));
    for (let offset = 0; offset < 4; offset++) {
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodeSafetensors(moved.subarray(offset), 'a').tensors).toEqual(tensors);
    }
  });

  it.each([
    ['no bytes', new Uint8Array(0), 'cut off'],
    ['a length alone', file('').subarray(0, 7), 'cut off'],
    ['a header longer than the file', file('{}').subarray(0, 9), 'cut off'],
    ['an impossible length', new Uint8Array(16).fill(255), 'impossible'],
    ['no JSON', file('{'), 'not JSON'],
    ['a list', file([]), 'no table'],
    ['null', file(null), 'no table'],
    ['metadata that is a number', file({ __metadata__: { a: 1 } }), 'not text'],
    ['metadata that is a list', file({ __metadata__: ['a'] }), 'not text'],
    ['an entry that is null', file({ a: null }), '"a" is wrong'],
    ['another type', file({ a: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }, 8), 'wrong'],
    [
      'a negative size',
      file({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4),
      'wrong',
    ],
    [
      'a broken size',
      file({ a: { dtype: 'F32', shape: [0.5], data_offsets: [0, 2] } }, 2),
      'wrong',
    ],
    [
      'three offsets',
      file({ a: { dtype: 'F32', shape: [], data_offsets: [0, 4, 4] } }, 4),
      'wrong',
    ],
    [
      'an end before the start',
      file({ a: { dtype: 'F32', shape: [], data_offsets: [4, 0] } }),
      'wrong',
    ],
    [
      'a shape that does not fit',
      file({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 8),
      'not where',
    ],
    [
      'a huge shape',
      file({ a: { dtype: 'F32', shape: [2 ** 50, 2 ** 50], data_offsets: [0, 4] } }, 4),
      'not where',
    ],
    [
      'values past the end',
      file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 4),
      'not where',
    ],
    ['a hole', file({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8), 'not where'],
    [
      'values shared by two',
      file(
        {
          a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
          b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        },
        4,
      ),
      'not where',
    ],
    ['bytes at the end', file({}, 1), 'longer'],
  ])('refuses %s, naming the file', async (_, bytes, why) => {
    await refuses(
      () => decodeSafetensors(bytes, 'w.safetensors'),
      'voice.damaged',
      'w.safetensors',
      why,
    );
  });

  it('does not write a tensor whose shape does not fit its values', () => {
    const wrong = new Map([['a', { shape: [2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors(wrong)).toThrow(RangeError);
  });

  it('answers any damage with tensors or an error for the writer', () => {
    const bytes = whole(encodeSafetensors(tensors, { card: '{"a": [1, 2]}' }));
    const roll = dice(1);
    for (let i = 0; i < FUZZ_RUNS; i++) {
      try {
        decodeSafetensors(damage(bytes, roll), 'w.safetensors');
      } catch (error) {
        if (!isUserError(error)) throw error;
        expect(error.message).toContain('w.safetensors');
      }
    }
  });
});
