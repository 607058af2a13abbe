/**
 * Published convolutional networks as stream designs: the RPC muon trigger's student and teacher beside their paper.
 *
 *     npm run study:streams -- [--quick] [--only TEXT] [--no-yosys] [--json]
 *
 * The student (9 × 16 images, convolutions 1, 1, 6, 6 of 3 × 3, dense 10, 10, 2) is trained at 4 and at 3 bits on a toy of its data
 * and built in every layout at 500 MHz. The teacher (10,655 parameters of 16 bits) is built as a stream of pixels by reuse
 * factor, and so is the one for 9 × 384 images (73,215 parameters), whose memory and speed are measured. Latency and
 * initiation interval are measured in simulation, which is compared with emulation. `--quick` takes the students alone,
 * `--only` what has the text in its name: "student 4", "student 3", "teacher 16 reuse 9", … "teacher 384". Peak memory is
 * that of the process, so it is the design's own where one alone is asked for.
 */
import { parseArgs } from 'node:util';
import { device } from '../src/estimation/index.ts';
import { type Cell, textTable } from '../src/report/index.ts';
import { excessText } from '../src/systems/index.ts';
import { PUBLISHED_STUDENTS, STUDENT_CLOCK, studentRows } from './streams/student-rows.ts';
import {
  latencyNs,
  PART,
  pathText,
  publishedCells,
  ROW_COLUMNS,
  rowCells,
  type StreamRow,
} from './streams/stream-row.ts';
import { PUBLISHED_TEACHER, type TeacherRow, teacherRow } from './streams/teacher-rows.ts';

const SEED = '1';
/** Most nanoseconds that a student may take. */
const STUDENT_NS = 100;
const TEACHER_REUSE = [1, 2, 9, 30] as const;
const LARGE_REUSE = 9;
/** Samples simulated. */
const TEACHER_SAMPLES = 4;
const LARGE_SAMPLES = 2;
/** The published teacher's clock. */
const PUBLISHED_CLOCK = 500;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    'no-yosys': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const isChosen = (name: string): boolean => name.includes(values.only);

const students: { readonly row: StreamRow; readonly goalLut: number }[] = [];
const teachers: TeacherRow[] = [];
const table: Cell[][] = [];
const paths: string[] = [];

function take(row: StreamRow): void {
  table.push(rowCells(row));
  say(`${row.name}: built in ${row.seconds.toFixed(0)} s, ${row.cycles} cycles, ${row.counts.lut} LUT estimated`);
  paths.push(`${row.name}: slowest ${pathText(row.timing.critical)}`);
  paths.push(`${row.name}: control ${pathText(row.timing.control)}`);
}

for (const bits of [4, 3] as const) {
  if (!isChosen(`student ${bits}`)) continue;
  const published = PUBLISHED_STUDENTS[bits];
  for await (const row of studentRows(bits, SEED, !values['no-yosys'])) {
    if (typeof row === 'string') say(row);
    else {
      students.push({ row, goalLut: published.lut });
      take(row);
    }
  }
  table.push(publishedCells(published, STUDENT_CLOCK));
}
if (!values.quick) {
  const wanted = [
    ...TEACHER_REUSE.map((reuse) => [16, reuse, TEACHER_SAMPLES] as const),
    [384, LARGE_REUSE, LARGE_SAMPLES] as const,
  ];
  for (const [columns, reuse, samples] of wanted) {
    if (!isChosen(`teacher ${columns} reuse ${reuse}`)) continue;
    const row = await teacherRow(columns, reuse, samples, SEED);
    teachers.push(row);
    take(row);
  }
  if (teachers.length > 0) table.push(publishedCells(PUBLISHED_TEACHER, PUBLISHED_CLOCK));
}

const asked = process.argv.slice(2).map((word) => (word.includes(' ') ? `"${word}"` : word));
const command = ['npm run study:streams', ...(asked.length > 0 ? ['--', ...asked] : [])].join(' ');
say(`\n${command}\n\n${textTable({ columns: ROW_COLUMNS, rows: table })}`);
if (teachers.length > 0) {
  const columns = [
    { header: 'design' },
    { header: 'parameters' },
    { header: 'highest clock', unit: 'MHz' },
    { header: 'compile', unit: 's', decimals: 1 },
    { header: 'build', unit: 's', decimals: 1 },
    { header: 'peak', unit: 'GiB', decimals: 2 },
    { header: 'cycles/s', decimals: 0 },
    { header: 'samples/s', decimals: 2 },
  ];
  const rows = teachers.map((row) => [
    row.name,
    row.parameters,
    row.highestMHz,
    row.compileSeconds,
    row.buildSeconds,
    row.peakGiB,
    row.cyclesPerSecond,
    row.samplesPerSecond,
  ]);
  say(`\n${textTable({ columns, rows })}`);
}
say('\nLUT, FF, DSP, BRAM are our estimate unless Yosys is named, path and control the periods needed by our model;');
say("no vendor tool has been run on our Verilog. The published rows are a vendor's figures for another tool chain.");
for (const line of paths) say(line);
for (const { row, goalLut } of students) {
  const lut = row.yosys?.lut ?? row.counts.lut;
  const verdict = latencyNs(row) <= STUDENT_NS && lut <= goalLut ? 'met' : 'missed';
  say(
    `${row.name}: at most ${STUDENT_NS} ns and ${goalLut} LUT: ${verdict} (${latencyNs(row).toFixed(0)} ns, ${lut} LUT)`,
  );
}
for (const row of teachers) {
  const excess = excessText(row.counts, device(PART), 'by our estimate');
  say(`${row.name}: ${excess ?? `fits ${PART}`}`);
  for (const note of row.notes) say(`${row.name}: ${note}`);
}
if (values.json) console.log(JSON.stringify({ seed: SEED, students: students.map(({ row }) => row), teachers }));
