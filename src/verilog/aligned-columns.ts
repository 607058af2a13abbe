/** Tables of plain text. */

/** Rows of cells in columns, two spaces between. */
export function alignedColumns(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, k) => String(cell).padEnd(widths[k]!))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}
