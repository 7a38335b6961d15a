/** The part of `cross-spawn` that says what to spawn and does not spawn it. It is bundled into the file that uses it. */
import crossSpawn from 'cross-spawn';

/** What `cross-spawn` would spawn. */
export interface Parsed {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: { readonly windowsVerbatimArguments?: boolean };
  /** The file that was found for the command. */
  readonly file: string | undefined;
}

type Parse = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: Readonly<Record<string, string>> },
) => Parsed;

/** Finds a program and escapes its arguments, where it needs an interpreter. */
export const parse: Parse = (command, args, options) =>
  // Part of its exports, if not of its declarations; it is bundled, so that no other version can take its place.
  (crossSpawn as unknown as { readonly _parse: Parse })._parse(command, args, options);
