/** Files of tests that run in one process: what they import is loaded once for all of them. */
export interface TestGroup {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * The groups, each by the paths that its files begin with, in the order in which they start. Those that take
 * long come first, so that at the end all cores are busy until the last one is over. To start a group costs
 * half a second of a core, so there are no more of them than keep the cores busy.
 */
const PATHS: readonly (readonly string[])[] = [
  // Waits for leaders most of its time.
  ["tests/runtime/cluster/"],
  ["tests/e2e/"],
  ["tests/runtime/"],
  // What waits for one browser.
  ["tests/e2e/page_", "tests/portable/"],
  ["tests/reconcile/"],
  ["tests/runtime/feeds/", "tests/runtime/transfer/"],
  ["tests/e2e/contract_", "tests/e2e/data_command_test.ts", "tests/e2e/s"],
  ["runtime/", "tests/runtime/client_connection_test.ts"],
  ["cli/platform/", "runtime/platform/"],
  ["reconcile/", "tests/reconcile/history_of_changes_test.ts", "tests/reconcile/killed_test.ts"],
  ["cli/type_check/", "cli/workers/", "tests/published/"],
  ["cli/"],
  // One of its tests counts what is left open, so no other tests' connections may be.
  ["tests/runtime/store_"],
  ["tests/e2e/dev_test.ts"],
  ["tests/spec/"],
  ["tests/e2e/dev_server_test.ts", "tests/e2e/login_command_test.ts"],
  ["contracts/discovery/", "tests/grants/"],
  ["contracts/", "tests/contracts/"],
  // What it holds of pages is over once anything loads the checks.
  ["contracts/define/contract_checks_test.ts"],
  // So is what it holds of a process in which nothing compiles schemas yet.
  ["contracts/schema/validator_test.ts"],
  // What these say of leaks holds for all files of their group.
  ["links/"],
  ["examples/", "tests/"],
];

/**
 * Puts files of tests into groups: each into that of the longest path that it begins with, and what begins
 * with none of them into a group of its first folder.
 */
export function testGroups(
  files: readonly string[],
  groups: readonly (readonly string[])[] = PATHS,
): readonly TestGroup[] {
  const nameOf = new Map(groups.flatMap((paths) => paths.map((path) => [path, paths.join(" ")])));
  const found = new Map<string, string[]>(groups.map((paths) => [paths.join(" "), []]));
  for (const file of files) {
    const [path = firstFolder(file)] = [...nameOf.keys()].filter((path) => file.startsWith(path))
      .sort((a, b) => b.length - a.length);
    const name = nameOf.get(path) ?? path;
    found.set(name, [...found.get(name) ?? [], file]);
  }
  return [...found].filter(([, files]) => files.length > 0).map(([name, files]) => ({
    name,
    files: files.toSorted(),
  }));
}

function firstFolder(file: string): string {
  return file.slice(0, file.indexOf("/") + 1);
}
