/** What a manuscript may cost. Long novels stay far below all of it. */
export const limits = {
  /** Bytes of a packed file, mostly its pictures, which are never unpacked. */
  packedFile: 250 * 2 ** 20,
  /** Bytes of a file of text, as in the usual corpora: in memory the worst takes six times as many. */
  textFile: 100_000_000,
  /** Bytes of a file of RTF with its pictures. */
  rtfFile: 128 * 2 ** 20,
  htmlFile: 24 * 2 ** 20,
  /** Entries of a packed file. */
  entries: 10_000,
  /** Bytes that all entries unpack to, as they claim. */
  claimed: 2 ** 30,
  /** Bytes of one entry that is read. */
  entry: 40 * 2 ** 20,
  /** Bytes of all entries that are read. */
  unpacked: 64 * 2 ** 20,
  /** Elements of one entry: the longest novels have a tenth of it. */
  elements: 1_500_000,
  /** Elements, or groups of RTF, within each other. */
  depth: 256,
  /** Documents of a Scrivener project, or chapters of an EPUB. */
  parts: 5000,
  /** Characters of the text that comes out. */
  characters: 32 * 2 ** 20,
  /** Memory of the thread that reads, in MiB, beside the bytes it reads. */
  heap: 256,
  /** Seconds of a processor; and by the clock, for a disk that does not answer. */
  processor: 4,
  clock: 60,
} as const;
