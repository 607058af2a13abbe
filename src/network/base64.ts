/** Base64 (RFC 4648, section 4) of 32-bit floats in little-endian order, alike in Node and in a browser. */

/** Write floats as base64 text. */
export const encodeFloats = (values: Float32Array): string => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  const bytes = new Uint8Array(view.buffer);
  let text = '';
  // A multiple of 3 bytes per piece, so that no padding falls inside.
  for (let start = 0; start < bytes.length; start += 24_576) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + 24_576)));
  }
  return text;
};

/**
 * Read floats from base64 text; NaN payloads and signed zeros survive.
 *
 * @returns null when the text is not base64 of a whole number of floats
 */
export const decodeFloats = (text: string): Float32Array | null => {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  const binary = atob(text);
  if (binary.length % 4 !== 0) return null;
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return Float32Array.from({ length: binary.length / 4 }, (_unused, i) => view.getFloat32(4 * i, true));
};
