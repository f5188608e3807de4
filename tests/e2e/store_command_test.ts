import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { shared } from "../support/shared.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { until } from "../support/until.ts";
import { startTrellisCommand, trellisProcess } from "./support/trellis_command.ts";

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const Note = Type.Object({ text: Type.String() });

export default defineServiceContract({ schemas: { Note } }, (ref) => ({
  id: "documents@v1",
  displayName: "Documents",
  description: "Keeps documents.",
  resources: {
    kv: { notes: { purpose: "Notes", schema: ref.schema("Note") } },
    store: {
      uploads: { purpose: "Documents", maxObjectBytes: 8388608 },
      exports: { purpose: "Exports", ttlMs: 86400000 },
    },
  },
}));
`;

const UPLOADS = ["documents", "uploads"];
/** More than one chunk, and not text. */
const BYTES = Uint8Array.from({ length: 1_500_000 }, (_, i) => i % 251);

async function documents(): Promise<RunningProject> {
  const project = await TempProject.create({ "contracts/documents.ts": CONTRACT });
  await Deno.writeFile(project.path("a.bin"), BYTES);
  await project.write("a.txt", "some text\n");
  return await RunningProject.start(project, { words: ["start"] });
}

/** Documents that several tests use, each under keys of its own. */
const sharedDocuments = shared(documents);

interface Info {
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly digest: string;
  readonly metadata: Readonly<Record<string, string>>;
}

Deno.test("objects go from files to a store and back, byte by byte", async () => {
  const running = await sharedDocuments();
  const put = await running.trellis([
    ...["store", "put", ...UPLOADS, "in/a.bin", "a.bin"],
    ...["--metadata", "by=ada", "--metadata", "note=x=y"],
  ]);
  assertEquals([put.code, put.stdout, put.stderr], [0, "in/a.bin has 1.4 MiB\n", ""]);
  const got = await running.trellis(["store", "get", ...UPLOADS, "in/a.bin", "--out", "b.bin"]);
  assertEquals([got.code, got.stdout, got.stderr], [0, "b.bin has 1.4 MiB\n", ""]);
  assertEquals(await Deno.readFile(running.project.path("b.bin")), BYTES);
  const info = await running.json<Info>(["store", "info", ...UPLOADS, "in/a.bin"]);
  assertEquals([info.size, info.contentType], [BYTES.length, "application/octet-stream"]);
  assertEquals(info.metadata, { by: "ada", note: "x=y" });
  const named = await running.json<Info>(["store", "put", ...UPLOADS, "page", "a.txt"]);
  assertEquals(named.contentType, "text/plain");
  const keyed = await running.json<Info>(["store", "put", ...UPLOADS, "a.pdf", "a.bin"]);
  assertEquals(keyed.contentType, "application/octet-stream");
  const text = (await running.trellis(["store", "info", ...UPLOADS, "in/a.bin"])).stdout;
  assertMatch(text, /^size +1\.4 MiB \(1500000 B\)$/m);
  assertMatch(text, /^metadata +note=x=y$/m);
});

Deno.test("objects go through pipes, and standard output has their bytes alone", async () => {
  const running = await sharedDocuments();
  const stdin = "from a pipe, with ümläuts\n";
  const put = ["store", "put", ...UPLOADS, "piped", "-", "--content-type", "text/plain"];
  const cwd = running.project.dir;
  const stored = await trellisProcess([...put, "--json"], { cwd, stdin });
  assertEquals(stored.code, 0, stored.stderr);
  const { key, contentType } = JSON.parse(stored.stdout);
  assertEquals([key, contentType], ["piped", "text/plain"]);
  for (const options of [[], ["--json"], ["--quiet"], ["--out", "-"]]) {
    const got = await trellisProcess(["store", "get", ...UPLOADS, "piped", ...options], { cwd });
    assertEquals([got.code, got.stdout, got.stderr], [0, stdin, ""], options.join(" "));
  }
});

Deno.test("create refuses a key that holds an object, and a file is not overwritten", async () => {
  const running = await sharedDocuments();
  const create = ["store", "put", ...UPLOADS, "once", "a.txt", "--create"];
  assertEquals((await running.trellis(create)).code, 0);
  const again = await running.trellis([...create, "--json"]);
  assertEquals([again.code, again.stdout], [6, ""]);
  assertEquals(JSON.parse(again.stderr).error.code, "exists");

  await running.project.write("mine.txt", "mine");
  const get = ["store", "get", ...UPLOADS, "once", "--out", "mine.txt"];
  const refused = await running.trellis(get);
  assertEquals([refused.code, refused.stdout], [6, ""]);
  assertStringIncludes(refused.stderr, "--force");
  assertEquals(await running.project.read("mine.txt"), "mine");
  const { file, size } = await running.json<{ file: string; size: number }>([...get, "--force"]);
  assertEquals([file, size], ["mine.txt", 10]);
  assertEquals(await running.project.read("mine.txt"), "some text\n");
});

Deno.test("objects are listed page by page, described and removed", async () => {
  await using running = await documents();
  for (const key of ["in/1", "in/2", "in/3", "out/1"]) {
    assertEquals((await running.trellis(["store", "put", ...UPLOADS, key, "a.txt"])).code, 0);
  }
  const ls = ["store", "ls", ...UPLOADS, "--prefix", "in/", "--limit", "2"];
  const listed = await running.trellis(ls);
  assertMatch(listed.stdout, /^key +size +type +stored\nin\/1 +10 B +\S+ +.*\nin\/2 .*\n$/);
  assertEquals(listed.stderr, "2 of 3 objects with the prefix in/; --offset 2 shows more\n");
  const page = await running.json<{ count: number; entries: Info[]; nextOffset?: number }>(
    [...ls, "--offset", "2"],
  );
  assertEquals([page.count, page.entries.map(({ key }) => key)], [3, ["in/3"]]);
  assertEquals(page.nextOffset, undefined);

  const removed = await running.trellis(["store", "rm", ...UPLOADS, "in/1", "nothing", "in/2"]);
  assertEquals([removed.code, removed.stdout], [4, "removed in/1\nremoved in/2\n"]);
  assertStringIncludes(removed.stderr, "nothing");
  const told = await running.json<{ kind: string; text: string }[]>(["audit", "--kind", "store"]);
  assertEquals(told.map(({ kind, text }) => `${kind} ${text.replace(/ revision .*/, "")}`), [
    ...["in/1", "in/2", "in/3", "out/1"].map((key) => `store.written store/uploads ${key} nothing`),
    ...["in/1", "in/2"].map((key) => `store.deleted store/uploads ${key}`),
  ]);
  const status = await running.json<{ objects: number; bytes: number; maxObjectBytes: number }>(
    ["store", "info", ...UPLOADS],
  );
  assertEquals([status.objects, status.maxObjectBytes], [2, 8388608]);
  const exports = await running.trellis(["store", "info", "documents", "exports"]);
  assertMatch(exports.stdout, /^objects +0$/m);
  assertMatch(exports.stdout, /^kept +for 1 d$/m);
});

Deno.test("a missing name is an error that suggests the closest one", async () => {
  const running = await sharedDocuments();
  const cases: readonly (readonly [readonly string[], number, string, string])[] = [
    [["get", ...UPLOADS, "nothing"], 4, "not_found", "holds no object"],
    [["get", ...UPLOADS, "nothing", "--out", "new.bin"], 4, "not_found", "holds no object"],
    [["info", ...UPLOADS, "nothing"], 4, "not_found", "holds no object"],
    [["rm", ...UPLOADS, "nothing"], 4, "not_found", "holds no object"],
    [["put", ...UPLOADS, "key", "nowhere.bin"], 4, "not_found", "nowhere.bin"],
    [["put", ...UPLOADS, "key", "."], 1, "is_directory", "is a directory"],
    [["ls", "documents", "uplods"], 4, "alias_not_found", "did you mean uploads?"],
    [["ls", "documents", "zzz"], 4, "alias_not_found", "there are: uploads, exports"],
    [["ls", "documents", "notes"], 4, "alias_not_found", "trellis kv ls documents notes"],
    [["ls", "documets", "uploads"], 4, "deployment_not_found", "did you mean documents?"],
  ];
  for (const [words, exit, code, part] of cases) {
    const { code: ended, stdout, stderr } = await running.trellis(["store", ...words, "--json"]);
    assertEquals([ended, JSON.parse(stderr.split("\n")[0] ?? "").error.code], [exit, code]);
    assertStringIncludes(JSON.parse(stderr.split("\n")[0] ?? "").error.message + stderr, part);
    if (words[0] !== "rm") assertEquals(stdout, "");
  }
  assertEquals(await names(running, "new.bin"), []);
  const metadata = ["store", "put", ...UPLOADS, "key", "a.txt", "--metadata", "nothing"];
  assertEquals((await running.trellis(metadata)).code, 2);
});

Deno.test("an object beyond its limit is refused, and nothing is stored", async () => {
  const running = await sharedDocuments();
  await Deno.writeFile(running.project.path("large.bin"), new Uint8Array(9_000_000));
  const put = await running.trellis(["store", "put", ...UPLOADS, "large", "large.bin"]);
  assertEquals([put.code, put.stdout], [1, ""]);
  assertStringIncludes(put.stderr, "8388608");
  assertEquals((await running.trellis(["store", "info", ...UPLOADS, "large"])).code, 4);
});

Deno.test("Ctrl-C leaves nothing half done", async () => {
  const running = await sharedDocuments();
  const { dir } = running.project;
  // Nothing is read before this is there, so that the signal finds it at work.
  const fifo = running.project.path("endless");
  assert((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
  await using putting = startTrellisCommand(["store", "put", ...UPLOADS, "half", "endless"], {
    cwd: dir,
  });
  using feed = await Deno.open(fifo, { write: true });
  await feed.write(BYTES.subarray(0, 60_000));
  putting.signal();
  assertEquals(await putting.ended(), 130);
  assertEquals([putting.stdout, putting.stderr], ["", "interrupted; nothing was stored\n"]);
  assertEquals((await running.trellis(["store", "info", ...UPLOADS, "half"])).code, 4);

  // Large enough that it is still on its way when its file appears under another name.
  await running.project.write("zeros", "");
  await Deno.truncate(running.project.path("zeros"), 64 << 20);
  const put = await running.trellis(["store", "put", "documents", "exports", "zeros", "zeros"]);
  assertEquals(put.code, 0, put.stderr);
  await using getting = startTrellisCommand(
    ["store", "get", "documents", "exports", "zeros", "--out", "taken"],
    { cwd: dir },
  );
  await until(async () => (await names(running, "taken")).length > 0, "the file is begun");
  getting.signal();
  // It may be whole by now; half of it is never there.
  if (await getting.ended() === 0) assertEquals(await names(running, "taken"), ["taken"]);
  else assertEquals([getting.stdout, await names(running, "taken")], ["", []]);
});

async function names({ project }: RunningProject, part: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(project.dir));
  return entries.map(({ name }) => name).filter((name) => name.includes(part));
}
