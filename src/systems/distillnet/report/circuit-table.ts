/** The circuits of a run beside the published one: time, resources, and what was proved of each. */
import type { Table } from '../../../report/index.ts';
import type { Verdict } from '../../audit/audit-result.ts';
import type { CircuitSummary, DistillNetSummary } from '../summary.ts';

/** What the paper reports of its circuit: a vendor tool's figures for an hls4ml design. */
const published = { cycles: 6, latencyNs: 25, interval: 1, lut: 2379, ff: 441, dsp: 6, bram: 1 } as const;

const verdicts: Readonly<Record<Verdict, string>> = {
  proved: 'proved for all inputs',
  different: 'refuted',
  open: 'not decided',
};

/** One row per quantity, one column per circuit. */
export function circuitTable({ hardware, compact }: DistillNetSummary): Table {
  const circuits: readonly CircuitSummary[] = [hardware, ...(compact === null ? [] : [compact])];
  const row = (
    name: string,
    value: (circuit: CircuitSummary) => number | string | null,
    theirs: number | null,
  ): Table['rows'][number] => [name, ...circuits.map(value), theirs];
  const { copies } = hardware;
  return {
    columns: [
      { header: '' },
      { header: 'QDistillNet', align: 'right' },
      ...(compact === null ? [] : [{ header: 'compact QDistillNet', align: 'right' } as const]),
      { header: 'published', align: 'right' },
    ],
    rows: [
      row('latency in cycles', ({ latencyCycles }) => latencyCycles, published.cycles),
      row('latency in ns', ({ latencyNs }) => Math.round(10 * latencyNs) / 10, published.latencyNs),
      row('initiation interval in cycles', ({ initiationInterval }) => initiationInterval, published.interval),
      row('LUT, estimated', ({ resources }) => resources.lut, published.lut),
      row('FF, estimated', ({ resources }) => resources.ff, published.ff),
      row('DSP, estimated', ({ resources }) => resources.dsp, published.dsp),
      row('BRAM, estimated', ({ resources }) => resources.bram, published.bram),
      row('LUT, counted by Yosys', ({ verification }) => verification.synthesis?.lut ?? null, null),
      row('FF, counted by Yosys', ({ verification }) => verification.synthesis?.ff ?? null, null),
      row('Verilog equals the model', ({ verification }) => auditText(verification.audit?.verdict), null),
      ...(copies === null
        ? []
        : [
            [
              `${copies.count} copies as one design, share of the part's ${copies.kind.toUpperCase()} in %`,
              Math.round(100 * copies.percent) / 100,
              ...(compact === null ? [] : [null]),
              2,
            ],
          ]),
    ],
  };
}

function auditText(verdict: Verdict | undefined): string | null {
  return verdict === undefined ? null : verdicts[verdict];
}
