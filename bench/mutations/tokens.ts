/**
 * Cuts Verilog text into tokens that, joined again, are the text: the ground that edits stand on.
 *
 * Good for what this package prints (Verilog-2001 without directives, attributes and escaped names), not for all of
 * Verilog; a character that starts no known token is an error. Shares no code with the printer.
 */

/**
 * - `word`: identifiers and keywords.
 * - `system`: names that start with a dollar sign.
 * - `literal`: sized literals, such as 6'h35.
 * - `number`: plain decimal numbers.
 * - `symbol`: operators and punctuation.
 */
export type TokenKind = 'space' | 'comment' | 'string' | 'word' | 'system' | 'literal' | 'number' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Index of the first character in the text. */
  readonly offset: number;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /\/\/[^\n]*|\/\*[^]*?\*\//y],
  ['string', /"[^"\n]*"/y],
  ['word', /[A-Za-z_][A-Za-z_0-9$]*/y],
  ['system', /\$[A-Za-z_][A-Za-z_0-9$]*/y],
  ['literal', /\d+'(?:b[01xz]+|h[\da-fxz]+|d\d+)/y],
  ['number', /\d+/y],
  ['symbol', /===|!==|==|!=|<=|>=|<<|>>|&&|\|\||[-+*/%&|^~!<>=?:;,.@#()[\]{}]/y],
];

/**
 * Cut a text into tokens; their texts joined are the text.
 *
 * @throws Error naming the first character that starts no token
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let offset = 0; offset < text.length;) {
    const token = tokenAt(text, offset);
    tokens.push(token);
    offset += token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, offset: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match !== null) return { kind, text: match[0], offset };
  }
  const line = text.slice(0, offset).split('\n').length;
  throw new Error(`Line ${line} holds ${JSON.stringify(text[offset])}, which starts no token of emitted Verilog.`);
}

/** A sized literal taken apart; its value is below 2^width. */
export interface SizedLiteral {
  readonly width: number;
  readonly base: 'b' | 'd' | 'h';
  readonly value: bigint;
}

/** Read a sized literal without unknown digits. */
export function parseLiteral(text: string): SizedLiteral {
  const [, width, base, digits] = /^(\d+)'([bdh])([\da-f]+)$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`"${text}" is no sized literal.`);
  const prefix = { b: '0b', d: '', h: '0x' }[base as 'b' | 'd' | 'h'];
  return { width: Number(width), base: base as 'b' | 'd' | 'h', value: BigInt(prefix + digits) };
}

/** Write a sized literal in the manner of the printer; the value is taken modulo 2^width. */
export function sizedLiteral(width: number, value: bigint): string {
  const wrapped = BigInt.asUintN(width, value);
  return width === 1 ? `1'b${wrapped}` : `${width}'h${wrapped.toString(16)}`;
}
