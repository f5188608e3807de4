import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { z } from "zod";
import { ConfigError, type ConfigIssue, isErr, loadConfig } from "@qlever-llc/trellis";
import { configSchema } from "../types/documented/config.ts";

const SECRET = "hunter2-very-secret";

function issues(schema: z.ZodType, variables?: Record<string, string>): readonly ConfigIssue[] {
  const result = loadConfig(schema, variables);
  assert(result.isErr());
  assertInstanceOf(result.error, ConfigError);
  for (const { message } of result.error.issues) assert(result.error.message.includes(message));
  return result.error.issues;
}

Deno.test("[Y47] configuration is parsed with a Zod schema: coercions, transforms and defaults", () => {
  const schema = z.object({
    PORT: z.coerce.number().int().max(65_535),
    HOSTS: z.string().transform((text) => text.split(",")),
    DEBUG: z.stringbool().default(false),
    NAME: z.string().optional(),
  });
  const config = loadConfig(schema, { PORT: "80", HOSTS: "a,b", OTHER: "x" }).orThrow();
  assertEquals(config, { PORT: 80, HOSTS: ["a", "b"], DEBUG: false });
  assertType<
    IsExact<
      typeof config,
      { PORT: number; HOSTS: string[]; DEBUG: boolean; NAME?: string | undefined }
    >
  >(true);
});

Deno.test("[Y47] [Y49] the documented configuration is loaded", () => {
  const ARANGO_URL = "http://localhost:8529";
  assertEquals(loadConfig(configSchema, { ARANGO_URL }).orThrow(), {
    ARANGO_URL,
    LOG_LEVEL: "info",
  });
  assertEquals(issues(configSchema, { LOG_LEVEL: "loud" }), [
    { variable: "ARANGO_URL", message: "is not set" },
    {
      variable: "LOG_LEVEL",
      message: 'Invalid option: expected one of "debug"|"info"|"warn"|"error"',
    },
  ]);
  const wrong = issues(configSchema, { ARANGO_URL: "arango" });
  assertEquals(wrong.map(({ variable }) => variable), ["ARANGO_URL"]);
});

Deno.test("[Y47] every issue is told by variable, and no value is", () => {
  const schema = z.object({
    TOKEN: z.string().max(3),
    ECHOED: z.string().refine(() => false, { error: ({ input }) => `what is ${input}?` }),
    PAIR: z.string().regex(/^\d+$/, { error: ({ input }) => `not digits: ${input}` }),
    INSIDE: z.string().transform((text): unknown => JSON.parse(text))
      .pipe(z.strictObject({ port: z.number() })),
    KEYS: z.string().transform((text): unknown => JSON.parse(text)).pipe(z.strictObject({})),
    HELPFUL: z.string().min(32, { error: "make one with openssl rand -hex 16" }),
  });
  const found = issues(schema, {
    TOKEN: SECRET,
    ECHOED: SECRET,
    PAIR: SECRET,
    INSIDE: JSON.stringify({ port: SECRET }),
    KEYS: JSON.stringify({ [SECRET]: 1 }),
    HELPFUL: SECRET,
  });
  assertEquals(found.map(({ variable }) => variable), Object.keys(schema.shape));
  const told = JSON.stringify(found);
  assert(!told.includes(SECRET), told);
  assertEquals(found.at(3)?.message, "a part of it must be of type number");
  assertEquals(found.at(-1)?.message, "make one with openssl rand -hex 16");
  const error = loadConfig(schema, { TOKEN: SECRET }).take();
  assert(isErr(error));
  assert(!Deno.inspect(error.error, { depth: 9, showHidden: true }).includes(SECRET));
  assertEquals(error.error.cause, undefined);
});

Deno.test("[Y47] variables that do not go together are one issue", () => {
  const schema = z.object({ A: z.string().optional(), B: z.string().optional() })
    .refine(({ A, B }) => A === undefined || B !== undefined, { error: "A needs B", path: ["B"] });
  assertEquals(issues(schema, { A: "x" }), [{ variable: "B", message: "A needs B" }]);
  const both = z.object({ A: z.string() }).refine(() => false, { error: "not like this" });
  assertEquals(issues(both, { A: "x" }), [{ variable: undefined, message: "not like this" }]);
});

Deno.test("[Y47] only what the schema names is read: strict and wrapped schemas do as well", () => {
  const strict = z.strictObject({ A: z.string() });
  assertEquals(loadConfig(strict, { A: "a", B: "b" }).orThrow(), { A: "a" });
  const wrapped = z.object({ A: z.string() }).transform(({ A }) => A.length).readonly();
  assertEquals(loadConfig(wrapped, { A: "abc" }).orThrow(), 3);
  const joined = z.object({ A: z.string() }).and(z.object({ B: z.string() }));
  assertEquals(loadConfig(joined, { A: "a", B: "b" }).orThrow(), { A: "a", B: "b" });
  assertThrows(() => loadConfig(z.record(z.string(), z.string())), TypeError);
  assertThrows(() => loadConfig(z.string()), TypeError);
});

Deno.test("[Y47] the environment is read where it may be, and only what is named", async () => {
  const module = new URL("../../runtime/config/load_config.ts", import.meta.url).href;
  const code = `
    import { z } from "zod";
    import { loadConfig } from ${JSON.stringify(module)};
    const schema = z.object({ SEEN: z.string(), HIDDEN: z.string(), UNSET: z.string() });
    const result = loadConfig(schema);
    console.log(JSON.stringify(result.isErr() ? result.error.issues : result.value));
    console.log(JSON.stringify(loadConfig(schema.pick({ SEEN: true })).orThrow()));
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--config", config, "--no-prompt", "--allow-env=SEEN,UNSET", file],
      env: { SEEN: "yes", HIDDEN: SECRET },
      stdin: "null",
    }).output();
    const [failed = "", read] = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(JSON.parse(failed || "[]"), [
      {
        variable: "HIDDEN",
        message: "may not be read by this process; run it with --allow-env=HIDDEN",
      },
      { variable: "UNSET", message: "is not set" },
    ], new TextDecoder().decode(stderr));
    assertEquals(read, '{"SEEN":"yes"}');
  } finally {
    await Deno.remove(file);
  }
});
