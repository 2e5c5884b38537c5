/** A printed scenario with lines of comment below its first line. */
export function withComments(text: string, comments: readonly string[]): string {
  const end = text.indexOf('\n') + 1;
  return text.slice(0, end) + comments.map((line) => `# ${line}\n`).join('') + text.slice(end);
}
