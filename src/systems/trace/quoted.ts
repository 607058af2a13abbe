/** Text as a CSV field; format texts and some names hold commas. */
export function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
