/** Audits as data, for tables, reports and the command line: one that proves, one that finds a difference, one that gives up. */
import type { AuditResult, Claim, ModuleClaim } from '../../../src/systems/index.ts';

const proved = (module: string, methods: ModuleClaim['methods']): ModuleClaim => ({
  module,
  verdict: 'proved',
  outputs: Object.values(methods).reduce((sum, count) => sum + count, 0),
  methods,
  different: 0,
});

const circuitClaim: Claim = {
  name: 'circuit = model',
  verdict: 'proved',
  modules: [
    proved('fc1', { 'normal form': 64 }),
    proved('relu1', { enumeration: 64 }),
    proved('fc2', { 'normal form': 30, satisfiability: 2 }),
  ],
  notes: ['Every layer was compared with one multiplier per weight.'],
  seconds: 0.41,
};

const netlistClaim: Claim = {
  name: 'netlist = circuit',
  verdict: 'proved',
  modules: [
    proved('jet_fc1', { 'normal form': 64 }),
    proved('jet_relu1', { enumeration: 64 }),
    proved('jet_fc2', { 'normal form': 32 }),
    proved('jet', { 'normal form': 5 }),
  ],
  notes: ['Every path from an input to an output passes 5 registers.'],
  seconds: 0.22,
};

const verilogClaim: Claim = {
  name: 'Verilog = netlist',
  verdict: 'proved',
  modules: netlistClaim.modules,
  notes: ['`valid_out` is `valid_in`, 5 cycles later, and 0 after a reset.'],
  seconds: 1.34,
};

/** Two dense layers, proved. */
export const provedAudit: AuditResult = {
  folder: 'out/jet',
  sources: { model: 'model/network.json', verilog: 'src/*.v' },
  design: {
    model: 'jet',
    top: 'jet',
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 200,
    latencyCycles: 5,
    initiationInterval: 1,
    inputBits: 128,
    outputBits: 80,
  },
  verdict: 'proved',
  claims: [circuitClaim, netlistClaim, verilogClaim],
  difference: null,
  tested: [
    { what: 'Verilog against circuit', tool: 'Icarus Verilog', vectors: 256, mismatches: 0 },
    { what: 'Verilog against circuit', tool: 'Verilator', vectors: 256, mismatches: 0 },
  ],
  hashes: {
    network: '7d1a54127b222502f5b79b5fb0803061152a44f92b37e23c6527baf665d4da9a',
    circuit: 'cd2662154e6d76b2b2b92e70c0cac3ccf534f9b74eb5b89819ec509083d00a50',
    netlist: '2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6',
    verilog: 'a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa',
    manifest: '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce',
  },
  tools: { 'distill-rtl': '0.1.0', node: '20.19.0', yosys: 'Yosys 0.23', iverilog: 'Icarus Verilog version 11.0' },
  bounds: { enumeratedCodes: 65_536, conflicts: 100_000 },
  command: 'distill-rtl audit out/jet',
  seconds: { yosys: 3.28, proof: 1.97, total: 6.1 },
};

/** The same design with one digit of a constant changed in the Verilog. */
export const differentAudit: AuditResult = {
  ...provedAudit,
  verdict: 'different',
  claims: [
    circuitClaim,
    netlistClaim,
    {
      ...verilogClaim,
      verdict: 'different',
      modules: verilogClaim.modules.map((module) =>
        module.module === 'jet_fc2'
          ? { ...module, verdict: 'different', methods: { 'normal form': 31 }, different: 1 }
          : module,
      ),
      notes: [],
    },
  ],
  difference: {
    claim: 'Verilog = netlist',
    module: 'jet_fc2',
    wire: 'fc2_sum_17',
    inputs: { x: ['-128', '0', '3', '127', '0', '0', '-1', '7', '0', '0', '0', '0', '1', '0', '-8', '0'] },
    expected: '-37',
    found: '-33',
    sentence: 'Wire fc2_sum_17 of jet_fc2 (src/jet_fc2.v) is -33 where the netlist has -37.',
    files: ['README.txt', 'Makefile', 'jet_audit.vcd'],
  },
};

/** The same design, where a search came to its bound. */
export const openAudit: AuditResult = {
  ...provedAudit,
  verdict: 'open',
  claims: [
    {
      ...circuitClaim,
      verdict: 'open',
      modules: circuitClaim.modules.map((module) =>
        module.module === 'fc2' ? { ...module, verdict: 'open', methods: { 'normal form': 30 } } : module,
      ),
    },
    netlistClaim,
    verilogClaim,
  ],
};

/** Verilog of others: one claim, no part, nothing simulated. */
export const foreignAudit: AuditResult = {
  ...provedAudit,
  folder: 'theirs',
  sources: { model: 'model.onnx', verilog: 'neuron.v' },
  design: { ...provedAudit.design, top: 'neuron', part: null, clockMHz: null, latencyCycles: 0 },
  claims: [{ ...verilogClaim, name: 'Verilog = model', modules: [proved('neuron', { 'normal form': 1 })], notes: [] }],
  tested: [],
};
