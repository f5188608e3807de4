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
  "tests/e2e/dev_server_test.ts",
  "tests/e2e/",
  // What waits for logins and lost connections, and for one browser.
  "tests/e2e/page_",
  "tests/e2e/login_command_test.ts",
  "tests/reconcile/",
  "cli/",
  "cli/platform/",
  "tests/runtime/client_connection_test.ts",
  "tests/portable/",
  "tests/runtime/store_",
  "reconcile/",
  "runtime/",
  "cli/type_check/",
  "tests/e2e/contract_",
  "tests/spec/",
  "tests/e2e/s",
  "tests/runtime/",
  "contracts/discovery/",
  "tests/e2e/data_command_test.ts",
  "tests/reconcile/killed_test.ts",
  "tests/contracts/",
  "contracts/",
  // What it holds of pages is over once anything loads the checks.
  "contracts/define/contract_checks_test.ts",
  // So is what it holds of a process in which nothing compiles schemas yet.
  "contracts/schema/validator_test.ts",
  "tests/published/",
  // What these say of leaks holds for all files of their group.
  "links/",
  "runtime/platform/",
  "tests/reconcile/history_of_changes_test.ts",
  "cli/workers/",
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
