import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assert } from "@std/assert";
import { ROOT, sourceFiles } from "./support/source_files.ts";

/** A line of a comment that holds documentation, without what makes it one. */
const COMMENT_LINE = /^\s*\* ?(.*)$/;
/** An example that runs; others say that they do not. */
const EXAMPLE = /^\s*\* ```ts\n((?:\s*\*.*\n)*?)\s*\* ```$/gm;

const examples = (await sourceFiles("mod.ts", "contracts", "runtime"))
  .filter(({ path }) => !path.endsWith("_test.ts"))
  .flatMap(({ path, text }) =>
    [...text.matchAll(EXAMPLE)].map(([, lines = ""], place) => ({
      name: `example ${place + 1} in ${path} runs`,
      module: pathToFileURL(join(ROOT, path)),
      code: lines.split("\n").map((line) => COMMENT_LINE.exec(line)?.[1] ?? "").join("\n"),
    }))
  );

// Deno runs such examples as well, each in an isolate of its own: that takes ten times as long.
for (const { name, module, code } of examples) {
  Deno.test(name, async () => {
    const text = withAddresses(code, module);
    await import(`data:application/typescript,${encodeURIComponent(text)}`);
  });
}

Deno.test("there are examples", () => assert(examples.length > 10));

/** What imports stand for is known in the project only, and not where the code of an example is. */
function withAddresses(code: string, module: URL): string {
  return code.replaceAll(/(from|import) "([^"]+)"/g, (_, keyword: string, name: string) => {
    const address = name.startsWith(".") ? new URL(name, module).href : import.meta.resolve(name);
    return `${keyword} "${address}"`;
  });
}
