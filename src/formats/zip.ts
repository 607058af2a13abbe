/**
 * Zip archives as named byte arrays, over fflate: `.npz` and `.keras` files are such archives.
 *
 * fflate does not compare checksums, so they are checked here: a flipped bit in a weight must not go unnoticed.
 */
import { unzipSync, type Zippable, zipSync } from 'fflate';
import { FormatError } from '../errors.ts';

const crcTable: Uint32Array = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

/** Checksums by file name from the central directory (PKWARE APPNOTE 4.3.12). */
const checksums = (bytes: Uint8Array): ReadonlyMap<string, number> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end > 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  const sums = new Map<string, number>();
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50) {
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    sums.set(name, view.getUint32(at + 16, true));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return sums;
};

/** Tell whether bytes start as a zip archive does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * Unpack all files of a zip archive.
 *
 * @param source name of the archive, for messages
 * @throws FormatError if it is truncated, damaged or not a zip archive.
 */
export const readZip = (bytes: Uint8Array, source: string): ReadonlyMap<string, Uint8Array> => {
  if (!isZip(bytes)) throw new FormatError(`${source} is not a zip archive: it does not start with "PK" at byte 0.`);
  let files: Readonly<Record<string, Uint8Array>>;
  let sums: ReadonlyMap<string, number>;
  try {
    files = unzipSync(bytes);
    sums = checksums(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${source} is a truncated or damaged zip archive of ${bytes.length} bytes (${reason}).`);
  }
  for (const [name, content] of Object.entries(files)) {
    if (sums.get(name) !== crc32(content)) {
      throw new FormatError(
        `${source} is damaged: the checksum of "${name}" inside it does not match its ${content.length} bytes.`,
      );
    }
  }
  return new Map(Object.entries(files));
};

/** Pack files into a zip archive; the same files give the same bytes. */
export const writeZip = (files: ReadonlyMap<string, Uint8Array>): Uint8Array => {
  // A fixed time stamp: archives are compared by hash.
  const entries: Zippable = {};
  for (const [name, content] of files) entries[name] = [content, { mtime: '1980-01-01T00:00:00' }];
  return zipSync(entries);
};
