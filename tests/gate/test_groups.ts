/** Files of tests that run in one process: what they import is loaded once for all of them. */
export interface TestGroup {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * The groups by the paths that their files begin with, in the order in which they start. Those that take
 * long come first, so that at the end all cores are busy until the last one is over.
 */
const PATHS = [
  "tests/e2e/dev_test.ts",
  "tests/e2e/",
  "tests/e2e/contract_",
  "tests/reconcile/",
  "tests/runtime/store_",
  "tests/e2e/dev_server_test.ts",
  "cli/type_check/",
  "reconcile/",
  "tests/e2e/init_test.ts",
  "tests/reconcile/killed_test.ts",
  "runtime/",
  "tests/published/",
  "tests/contracts/",
  "contracts/discovery/",
  "tests/e2e/data_command_test.ts",
  "cli/platform/",
  "contracts/",
  "tests/spec/",
  "cli/",
  "runtime/platform/",
  "tests/spec/1_",
  // What these say of leaks holds for all files of their group.
  "links/",
  "cli/workers/",
  "tests/reconcile/history_of_changes_test.ts",
  "tests/runtime/",
  "tests/grants/",
];

/**
 * Puts files of tests into groups: each into the one of the longest path that it begins with, and what
 * begins with none of them into the group of its first folder.
 */
export function testGroups(
  files: readonly string[],
  paths: readonly string[] = PATHS,
): readonly TestGroup[] {
  const groups = new Map<string, string[]>(paths.map((path) => [path, []]));
  for (const file of files) {
    const [path = firstFolder(file)] = paths.filter((path) => file.startsWith(path))
      .sort((a, b) => b.length - a.length);
    groups.set(path, [...groups.get(path) ?? [], file]);
  }
  return [...groups].filter(([, files]) => files.length > 0).map(([name, files]) => ({
    name,
    files: files.toSorted(),
  }));
}

function firstFolder(file: string): string {
  return file.slice(0, file.indexOf("/") + 1);
}
