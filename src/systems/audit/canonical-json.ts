/**
 * Plain data as the one JSON text that it has: keys in order (whole numbers first), no spaces, big integers as decimal texts,
 * undefined fields left out. Equal data give equal text, whatever order they were built in.
 */
export function canonicalJson(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    // Keys that are array indices come first and in order of their numbers in every object; the rest as sorted here.
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
