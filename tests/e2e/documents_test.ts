import { assertEquals, assertMatch } from "@std/assert";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";

const EXAMPLE = new URL("../../examples/documents/", import.meta.url);
const FILES = ["schemas.ts", "contracts/documents.ts", "handlers/documents.ts"];

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();

/** The example as a project of its own, so that it leaves nothing in the checkout. */
async function documents(): Promise<RunningProject> {
  const texts = await Promise.all(FILES.map((file) => Deno.readTextFile(new URL(file, EXAMPLE))));
  const project = await TempProject.create(
    Object.fromEntries(FILES.map((file, index) => [file, texts[index] ?? ""])),
  );
  return await RunningProject.start(project, { words: ["start"] });
}

Deno.test("the documents example keeps what callers send, and the command line sees it", async () => {
  await using running = await documents();
  for (const [name, content] of [["in/a.txt", "Dear Ada"], ["in/b.txt", "Dear Bob"]] as const) {
    const input = { name, contentType: "text/plain", content: base64(content) };
    await running.json(["call", "Documents.Upload", JSON.stringify(input)]);
  }
  const listed = await running.trellis(["store", "ls", "documents", "uploads"]);
  assertMatch(listed.stdout, /^in\/a\.txt +8 B +text\/plain +.*\nin\/b\.txt /m);
  assertEquals(listed.stderr, "2 objects\n");
  const got = await running.trellis(["store", "get", "documents", "uploads", "in/b.txt"]);
  assertEquals([got.code, got.stdout], [0, "Dear Bob"]);

  // What the command line stores, callers get.
  const put = ["store", "put", "documents", "uploads", "in/c.txt", "-"];
  assertEquals((await running.trellis(put, { stdin: "Dear Cy" })).code, 0);
  const document = await running.json<{ content: string }>(
    ["call", "Documents.Get", '{"name":"in/c.txt"}'],
  );
  assertEquals(document.content, base64("Dear Cy"));
});

Deno.test("an export of the documents example is read from its store", async () => {
  await using running = await documents();
  const names = ["a", "b"];
  for (const name of names) {
    const input = { name, contentType: "text/plain", content: base64(name) };
    await running.json(["call", "Documents.Upload", JSON.stringify(input)]);
  }
  const { exportId, size } = await running.json<{ exportId: string; size: number }>(
    ["call", "Documents.Export", JSON.stringify({ names })],
  );
  const get = ["store", "get", "documents", "exports", exportId, "--out", "export.ndjson"];
  assertEquals((await running.json<{ size: number }>(get)).size, size);
  const lines = (await running.project.read("export.ndjson")).trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).name), names);
});
