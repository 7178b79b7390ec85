import { crc32, deflateRawSync } from 'node:zlib';

/** A part of a packed file, as it is told and as it is. */
export interface RawPart {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Bytes already packed; else `content` is. */
  readonly packed?: Uint8Array;
  /** What the directory says it unpacks to; else the truth. */
  readonly claims?: number;
  readonly flags?: number;
}

/** A packed file of any parts, also of such as no program would write. */
export function rawZip(parts: readonly RawPart[], counted = parts.length): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content ?? '');
    const packed = part.packed ?? deflateRawSync(content);
    const name = Buffer.from(part.name);
    const size = part.claims ?? content.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(part.flags ?? 0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(at, 12);
    files.push(Buffer.from('PK\x03\x04'), common, name, Buffer.from(packed));
    directory.push(Buffer.from('PK\x01\x02'), Buffer.of(20, 0), common, entry.subarray(2), name);
    at += 30 + name.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(counted, 8);
  end.writeUInt16LE(counted, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, entries, end]);
}
