/**
 * SVG text from nested calls: escaping, numbers of fixed precision, and the root element.
 *
 * Equal input gives equal text: coordinates are rounded to 1/100 of a pixel, which also hides the last bits in which
 * JavaScript engines differ. Text and axes use `currentColor` and the paper is a class of its own, so that a page can
 * recolour a figure for a dark background while the file alone prints black on white.
 */

/** Attributes of an element; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Escape text for XML content and attribute values. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Write a coordinate: at most two decimals, no negative zero. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100 + 0);

const attributesText = (attributes: Attributes): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? coordinate(value) : escapeXml(String(value))}"`)
    .join('');

/** Make an element around finished markup. */
export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string => {
  const inner = children.join('');
  return inner === ''
    ? `<${name}${attributesText(attributes)}/>`
    : `<${name}${attributesText(attributes)}>${inner}</${name}>`;
};

/** Make a text element; the text is escaped. */
export const textElement = (x: number, y: number, text: string, attributes: Attributes = {}): string =>
  element('text', { x, y, ...attributes }, escapeXml(text));

/** Make a text element in which `_{…}` is a subscript, as in `p_{T}`. */
export const labelElement = (x: number, y: number, text: string, attributes: Attributes = {}): string => {
  const parts = text.split(/_\{([^}]*)\}/);
  if (parts.length === 1) return textElement(x, y, text, attributes);
  // A space at the start of a span would be collapsed, so it becomes one that is not.
  let isLow = false;
  const spans = parts.map((part, i) => {
    const isSubscript = i % 2 === 1;
    const dy = isSubscript === isLow ? undefined : isSubscript ? 3 : -3;
    isLow = isSubscript;
    return element(
      'tspan',
      { dy, 'font-size': isSubscript ? 9 : undefined },
      escapeXml(part.replace(/^ /, '\u00a0')) || '\u200b',
    );
  });
  return element('text', { x, y, ...attributes }, ...spans);
};

/** Make a path through points, lifting the pen wherever a point is undefined. */
export const polyline = (
  points: readonly (readonly [number, number] | undefined)[],
  attributes: Attributes,
): string => {
  let isDown = false;
  const commands = points.map((point) => {
    if (point === undefined) {
      isDown = false;
      return '';
    }
    const command = `${isDown ? 'L' : 'M'}${coordinate(point[0])} ${coordinate(point[1])}`;
    isDown = true;
    return command;
  });
  return element('path', { d: commands.join(''), fill: 'none', ...attributes });
};

/** Font of all figures. */
export const fontFamily = 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';

/**
 * Make a whole SVG document of a size in pixels (96 per inch).
 *
 * @param title short text that screen readers speak and browsers show
 */
export const svgDocument = (width: number, height: number, title: string, children: readonly string[]): string =>
  `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: 'img',
      'font-family': fontFamily,
      'font-size': 12,
      color: '#1b1f24',
      fill: 'currentColor',
    },
    element('title', {}, escapeXml(title)),
    element('rect', { class: 'paper', width, height, fill: '#ffffff' }),
    ...children,
  )}\n`;
