import { sourceFiles } from "../support/source_files.ts";

/** All files of tests, relative to the project. */
export async function testFiles(): Promise<readonly string[]> {
  const files = await sourceFiles(".");
  return files.map(({ path }) => path).filter((path) => path.endsWith("_test.ts"));
}
