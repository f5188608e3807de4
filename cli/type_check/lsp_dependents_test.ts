import { assertEquals } from "@std/assert";
import { type Importers, LspDependents } from "./lsp_dependents.ts";

const FILES = Array.from({ length: 60 }, (_, index) => `/p/${index}.ts`);

/** `/p/0.ts` is imported by 1, that by 2, that by 3; nothing else imports anything. */
const CHAIN: Importers = new Map([
  ["/p/0.ts", new Set(["/p/1.ts"])],
  ["/p/1.ts", new Set(["/p/2.ts"])],
  ["/p/2.ts", new Set(["/p/3.ts"])],
]);

async function withGraph(...graphs: (Importers | undefined)[]): Promise<LspDependents> {
  const dependents = new LspDependents(() => Promise.resolve(graphs.shift()));
  dependents.affected(FILES, new Set(FILES));
  dependents.refresh(FILES);
  await dependents.settled;
  return dependents;
}

Deno.test("a change affects the file and its importers, direct or not", async () => {
  const dependents = await withGraph(CHAIN);
  assertEquals(dependents.affected(FILES, new Set(["/p/1.ts"])), ["/p/1.ts", "/p/2.ts", "/p/3.ts"]);
});

Deno.test("a file that changed since the graph was read may import what changes next", async () => {
  const dependents = await withGraph(CHAIN);
  dependents.affected(FILES, new Set(["/p/2.ts"]));
  assertEquals(dependents.affected(FILES, new Set(["/p/9.ts"])), ["/p/2.ts", "/p/3.ts", "/p/9.ts"]);
});

Deno.test("no change affects nothing", async () => {
  const dependents = await withGraph(CHAIN);
  assertEquals(dependents.affected(FILES, new Set()), []);
});

Deno.test("without a graph everything is affected", async () => {
  const dependents = await withGraph(undefined);
  assertEquals(dependents.affected(FILES, new Set(["/p/1.ts"])), FILES);
});

Deno.test("in a small project everything is affected, and no graph is read", async () => {
  let reads = 0;
  const dependents = new LspDependents(() => {
    reads += 1;
    return Promise.resolve(CHAIN);
  });
  const few = FILES.slice(0, 10);
  dependents.refresh(few);
  await dependents.settled;
  assertEquals(reads, 0);
  assertEquals(dependents.affected(few, new Set(["/p/9.ts"])), few);
});

Deno.test("what changes while the graph is being read is not forgotten", async () => {
  const reading = Promise.withResolvers<Importers | undefined>();
  const dependents = new LspDependents(() => reading.promise);
  dependents.refresh(FILES);
  dependents.affected(FILES, new Set(["/p/7.ts"]));
  reading.resolve(CHAIN);
  await dependents.settled;
  assertEquals(dependents.affected(FILES, new Set(["/p/2.ts"])), ["/p/2.ts", "/p/3.ts", "/p/7.ts"]);
});

Deno.test("the graph is read again once many files have changed", async () => {
  const dependents = await withGraph(CHAIN, new Map());
  dependents.affected(FILES, new Set(FILES.slice(0, 20)));
  dependents.refresh(FILES);
  await dependents.settled;
  assertEquals(dependents.affected(FILES, new Set(["/p/1.ts"])), ["/p/1.ts"]);
});
