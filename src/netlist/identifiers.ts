/**
 * Names that Verilog-2001, SystemVerilog and this package's own conventions accept.
 *
 * Emitted text must be read without a warning by tools in both language modes, so the reserved words of
 * IEEE 1364-2001 and IEEE 1800-2017 are all avoided, and with them the names of the implicit clock and reset.
 */

/** Reserved words of IEEE 1364-2001 (Annex B) and IEEE 1800-2017 (Annex B), one set. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
  binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
  constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
  else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
  endpackage endprimitive endprogram endproperty endsequence endspecify endtable endtask enum event eventually expect
  export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
  highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
  inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
  localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
  noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
  property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
  randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1
  s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled signed small
  soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1 sync_accept_on
  sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1
  triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var vectored virtual
  void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor`.split(/\s+/),
);

/** Name of the implicit clock port. */
export const CLOCK = 'clk';
/** Name of the implicit synchronous reset port, active high. */
export const RESET = 'rst';

/** Say whether a text is a plain (unescaped) Verilog identifier that no language mode reserves. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !RESERVED_WORDS.has(text);
}

/**
 * Turn any text into a valid identifier: foreign characters become `_`, a leading digit gets an `n` before it, a
 * reserved word a `_` after it, an empty text becomes `n`.
 */
export function identifier(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_]/g, '_');
  const started = /^[A-Za-z_]/.test(plain) ? plain : `n${plain}`;
  return RESERVED_WORDS.has(started) ? `${started}_` : started;
}

/**
 * Make a valid identifier that is not in `taken`, and add it there: the text itself where free, else with `_2`, `_3`, …
 * `hints` remembers the next number per base name, so that many collisions stay cheap.
 */
export function uniqueIdentifier(text: string, taken: Set<string>, hints?: Map<string, number>): string {
  const base = identifier(text);
  let candidate = base;
  let next = hints?.get(base) ?? 2;
  while (taken.has(candidate)) {
    candidate = `${base}_${next}`;
    next += 1;
  }
  hints?.set(base, next);
  taken.add(candidate);
  return candidate;
}
