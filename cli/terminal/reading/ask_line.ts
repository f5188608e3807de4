import { createInterface } from "node:readline/promises";
import { stderr, stdin } from "node:process";

/** Asks the person at the terminal for a line; undefined when it was ended or aborted. */
export async function askLine(
  question: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    return await prompt.question(question, { signal });
  } catch {
    return undefined;
  } finally {
    prompt.close();
  }
}
