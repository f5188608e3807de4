import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { contentOf } from "../../cli/commands/files/granted_file.ts";
import { openKept } from "../../cli/files/file_destination.ts";
import type { FileGrant } from "../../contracts/schema/file_grant.ts";
import { RawFiles } from "../support/nats/raw_files.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { startTrellisCommand } from "./support/trellis_command.ts";

const EXAMPLE = new URL("../../examples/documents/", import.meta.url);
const FILES = ["schemas.ts", "contracts/documents.ts", "handlers/documents.ts"];
/** Many chunks, and not text. */
const BYTES = Uint8Array.from({ length: 2_500_000 }, (_, i) => i % 251);

/** The example as a project of its own, so that it leaves nothing in the checkout. */
async function documents(): Promise<RunningProject> {
  const texts = await Promise.all(FILES.map((file) => Deno.readTextFile(new URL(file, EXAMPLE))));
  const project = await TempProject.create(
    Object.fromEntries(FILES.map((file, index) => [file, texts[index] ?? ""])),
  );
  await Deno.writeFile(project.path("a.bin"), BYTES);
  await project.write("a.txt", "Dear Ada\n");
  return await RunningProject.start(project, { words: ["start"] });
}

/** Documents that several tests use, each under names of its own. */
const sharedDocuments = shared(documents);

interface Received {
  readonly file: string;
  readonly size: number;
}

const download = (
  name: string,
) => ["files", "receive", "Documents.Download", JSON.stringify({ name })];

Deno.test("files go to the documents example and come back, by name and by pipe", async () => {
  const running = await sharedDocuments();
  const sent = await running.trellis(["files", "send", "Documents.Upload", "a.bin"]);
  assertEquals([sent.code, sent.stderr], [0, "a.bin: 2.4 MiB sent\n"]);
  assertStringIncludes(sent.stdout, '"contentType": "application/octet-stream"');
  const got = await running.trellis([...download("a.bin"), "--out", "b.bin"]);
  assertEquals([got.code, got.stdout, got.stderr], [0, "b.bin has 2.4 MiB\n", ""]);
  assertEquals(await Deno.readFile(running.project.path("b.bin")), BYTES);
  const again = await running.trellis([...download("a.bin"), "--out", "b.bin"]);
  assertEquals(again.code, 6);
  const force = [...download("a.bin"), "--out", "b.bin", "--force"];
  assertEquals(await running.json<Received>(force).then(({ size }) => size), BYTES.length);

  const input = '{"name":"in/a.txt","contentType":"text/plain"}';
  const piped = ["files", "send", "Documents.Upload", "-", input];
  assertEquals((await running.trellis(piped, { stdin: "Dear Bob" })).code, 0);
  const read = await running.trellis(download("in/a.txt"));
  assertEquals([read.code, read.stdout], [0, "Dear Bob"]);
  // What callers have sent, the command line of the store sees.
  const listed = await running.trellis(["store", "ls", "documents", "uploads", "--prefix", "in/"]);
  assertMatch(listed.stdout, /^in\/a\.txt +8 B +text\/plain/m);
});

Deno.test("files are sent and fetched in the place of somebody, and go on in another session of theirs", async () => {
  const running = await sharedDocuments();
  await running.json(["users", "add", "ada"]);
  const send = ["files", "send", "Documents.Upload", "f.bin", "--as", "user:ada"];
  await Deno.writeFile(running.project.path("f.bin"), new Uint8Array(32 << 20));
  await using messaging = await running.connect();
  const files = new RawFiles(messaging, "documents", "Documents.Upload");
  const killed = startTrellisCommand(send, { cwd: running.project.dir });
  await until(async () => await files.waiting() > 10, "some of it arrives");
  killed.signal("SIGKILL");
  await killed[Symbol.asyncDispose]();
  const { code, stderr } = await running.trellis(send);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^f\.bin: 32 MiB sent, [\d.]+ MiB of it before\n$/);
  const got = await running.trellis([...download("f.bin"), "--out", "g.bin", "--as", "user:ada"]);
  assertEquals([got.code, got.stdout], [0, "g.bin has 32 MiB\n"]);
  const nobody = await running.trellis([...download("f.bin"), "--as", "user:bob", "--json"]);
  assertEquals([nobody.code, JSON.parse(nobody.stderr).error.code], [4, "not_found"]);
});

Deno.test("what was fetched before is gone on with, and refused when it is something else", async () => {
  const running = await sharedDocuments();
  const { project } = running;
  await Deno.writeFile(project.path("c.bin"), BYTES);
  await running.json(["files", "send", "Documents.Upload", "c.bin"]);
  const { file } = await running.json<{ file: FileGrant }>(
    ["call", "Documents.Download", '{"name":"c.bin"}'],
  );
  const keep = async (bytes: Uint8Array) => {
    await using part = (await openKept(project.path("d.bin"), false, contentOf(file))).orThrow();
    (await part.write(bytes)).orThrow();
  };
  const receive = () => running.trellis([...download("c.bin"), "--out", "d.bin"]);
  await keep(BYTES.subarray(0, 1 << 20).map((byte) => byte ^ 1));
  const wrong = await receive();
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stderr, "fetch it again");
  await keep(BYTES.subarray(0, 1 << 20));
  const got = await receive();
  assertEquals([got.code, got.stdout], [0, "d.bin has 2.4 MiB, 1 MiB of it before\n"]);
  assertEquals(await Deno.readFile(project.path("d.bin")), BYTES);
});

Deno.test("a file whose sender was killed is gone on with by the same command, and sent anew when it has changed", async () => {
  const running = await sharedDocuments();
  const words = ["files", "send", "Documents.Upload", "e.bin"];
  const path = running.project.path("e.bin");
  const write = async (value: number) => {
    await Deno.writeFile(path, new Uint8Array(32 << 20).fill(value));
    // As if somebody had put back the time at which it was changed.
    await Deno.utime(path, 1_800_000_000, 1_800_000_000);
  };
  await using messaging = await running.connect();
  const files = new RawFiles(messaging, "documents", "Documents.Upload");
  const kill = async () => {
    const killed = startTrellisCommand(words, { cwd: running.project.dir });
    await until(async () => await files.waiting() > 10, "some of it arrives");
    killed.signal("SIGKILL");
    await killed[Symbol.asyncDispose]();
  };
  await write(0);
  await kill();
  const same = await running.trellis(words);
  assertEquals(same.code, 0);
  assertMatch(same.stderr, /^e\.bin: 32 MiB sent, [\d.]+ MiB of it before\n$/);
  await kill();
  await write(1);
  const changed = await running.trellis(words);
  assertEquals(changed.code, 0, changed.stderr);
  assertMatch(changed.stderr, /has changed meanwhile.*; it is sent anew\ne\.bin: 32 MiB sent\n$/);
});

Deno.test("a feed of the documents example is followed, and its place is kept by a cursor", async () => {
  const running = await sharedDocuments();
  await using feed = startTrellisCommand(["feed", "Documents.Changes", "--json"], {
    cwd: running.project.dir,
  });
  await feed.until("following Documents.Changes");
  const input = (name: string) => JSON.stringify({ name, contentType: "text/plain" });
  const send = (name: string) =>
    running.json(["files", "send", "Documents.Upload", "a.txt", input(name)]);
  await send("feed/a");
  await until(() => feed.stdout.includes("feed/a"), "the document comes");
  feed.signal("SIGINT");
  assertEquals(await feed.ended(), 130);
  const [, cursor = ""] = /--cursor (\S+)/.exec(feed.stderr) ?? [];
  await running.trellis(["call", "Documents.Remove", '{"name":"feed/a"}']);
  const later = ["feed", "Documents.Changes", "--cursor", cursor, "--limit", "1"];
  const { value } = await running.json<{ value: unknown }>(later);
  assertEquals(value, { name: "feed/a" });
});

Deno.test("what sends no file, and what there is not, is told", async () => {
  const running = await sharedDocuments();
  const refused = async (words: readonly string[]) => {
    const { code, stdout, stderr } = await running.trellis([...words, "--json"]);
    assertEquals(stdout, "");
    return [code, JSON.parse(stderr).error.code];
  };
  assertEquals(await refused(["files", "send", "Documents.Upload", "none"]), [4, "not_found"]);
  assertEquals(await refused(["files", "send", "Documents.Uplod", "a.txt"]), [
    4,
    "operation_not_found",
  ]);
  assertEquals(await refused(["files", "receive", "Documents.List", '{"limit":1}']), [
    1,
    "no_file",
  ]);
  assertEquals(await refused(["operations", "start", "Documents.Upload"]), [1, "no_file"]);
  assertEquals(await refused(download("none")), [1, "DocumentNotFoundError"]);
  assertEquals(await refused(["feed", "Documents.List"]), [4, "feed_not_found"]);
});

Deno.test("an export of the documents example is fetched by its grant", async () => {
  const running = await sharedDocuments();
  const names = ["export/a", "export/b"];
  for (const name of names) {
    await running.json(["files", "send", "Documents.Upload", "a.txt", JSON.stringify({ name })]);
  }
  const words = ["files", "receive", "Documents.Export", JSON.stringify({ names })];
  const { stdout } = await running.trellis(words);
  const lines = stdout.trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).name), names);
});
