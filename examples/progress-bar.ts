/** A progress bar: redrawn in place on a terminal, one line a step anywhere else. */
export function progressBar(output: { readonly isTTY?: boolean; write(text: string): unknown }, width = 30) {
  const inPlace = output.isTTY === true;
  return {
    show({ progress, total = 100, message = '' }: { progress: number; total?: number; message?: string }): void {
      const share = Math.min(1, Math.max(0, progress / total));
      const filled = Math.round(share * width);
      const line = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.round(share * 100)} % ${message}`;
      // Back to the start of the line, then clear what a longer line left behind.
      output.write(inPlace ? `\r${line}\u001b[K` : `${line}\n`);
    },
    end(): void {
      if (inPlace) output.write('\n');
    },
  };
}
