import { dirname, join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { RunningProcess } from "./support/running_process.ts";
import { deno, ROOT } from "./support/trellis_command.ts";
import { TempProject } from "./support/temp_project.ts";

/** What git knows or would take: no caches, no data. */
async function workingTree(): Promise<readonly string[]> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  assert(success, "git knows the files");
  return new TextDecoder().decode(stdout).split("\0").filter((file) => file !== "");
}

Deno.test("a copy of the working tree serves an RPC with one command", async () => {
  await using copy = await TempProject.empty();
  const cwd = copy.dir;
  for (const file of await workingTree()) {
    await Deno.mkdir(dirname(join(cwd, file)), { recursive: true });
    await Deno.copyFile(join(ROOT, file), join(cwd, file)).catch((error) => {
      // Removed, and not yet from git's index.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await using dev = new RunningProcess(["task", "dev", "--no-types"], { cwd });
  await dev.until("ready in");
  const input = '{"customerId":"ada","items":[{"productId":"book","quantity":2}]}';
  const created = await deno(["task", "trellis", "call", "Orders.Create", input], { cwd });
  assertEquals([created.code, JSON.parse(created.stdout).status], [0, "pending"], created.stderr);
});
