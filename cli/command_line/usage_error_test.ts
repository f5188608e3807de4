import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../commands/commands.ts";
import { parseCommandLine } from "./parse_command_line.ts";

/** Message and suggestion for a command line that cannot be understood. */
function complaint(...argv: readonly string[]): readonly [string, string | undefined] {
  const parsed = parseCommandLine(argv, COMMANDS);
  if (parsed.kind !== "usage_error") throw new Error(`understood as ${JSON.stringify(parsed)}`);
  assertEquals(parsed.exitCode, 2);
  return [parsed.message, parsed.suggestion];
}

const suggestion = (line: string) => complaint(...line.split(" "))[1];
const message = (line: string) => complaint(...line.split(" "))[0];

Deno.test("a mistyped command is answered with what was probably meant", () => {
  assertEquals(suggestion("statu"), "Did you mean `deno task trellis status`?");
  assertEquals(suggestion("Status"), "Did you mean `deno task trellis status`?");
  assertEquals(suggestion("contrac check"), "Did you mean `deno task trellis contract`?");
  assertEquals(suggestion("help statu"), "Did you mean `deno task trellis status`?");
  assertEquals(
    suggestion("svc orders authority plan lst"),
    "Did you mean `deno task trellis svc orders authority plan list`?",
  );
});

Deno.test("right words in the wrong place are answered with the right place", () => {
  const expected = "Did you mean `deno task trellis svc orders authority accept-update <plan-id>`?";
  assertEquals(suggestion("svc orders accept-update P1"), expected);
  assertEquals(suggestion("svc orders authority plan accept-update P1"), expected);
  const anyDeployment = "Did you mean `deno task trellis svc <deployment> authority plan list`?";
  assertEquals(suggestion("plan list"), anyDeployment);
  assertEquals(suggestion("svc authority plan list"), anyDeployment);
});

Deno.test("where nothing is near, the words that lead on are named", () => {
  assertEquals(
    message("kv list o a").endsWith('"trellis kv" goes on with: ls, get, put, rm, history, watch'),
    true,
  );
  assertEquals(message("kv"), '"trellis kv" goes on with: ls, get, put, rm, history, watch');
  assertEquals(message("svc"), '"trellis svc" goes on with: <deployment>');
});

Deno.test("a mistyped option is answered with what was probably meant", () => {
  assertEquals(suggestion("status --jsn"), "Did you mean `--json`?");
  assertEquals(suggestion("svc o authority plan list --stat all"), "Did you mean `--state`?");
  assertEquals(
    suggestion("svc o authority accept-update P --expected 3"),
    "Did you mean `--expected-desired-version`?",
  );
  assertEquals(complaint("status", "--review"), [
    'this command takes no option "--review"',
    undefined,
  ]);
  assertEquals(suggestion("kv put o a -k 1"), "If it is a value, write -- before it.");
});

Deno.test("arguments that are missing or too many are named", () => {
  assertEquals(message("init"), "<dir> is missing");
  assertEquals(message("svc o authority accept-update"), "<plan-id> is missing");
  assertEquals(message("svc o authority reject P"), "--reason <text> is missing");
  assertEquals(
    message("svc o authority accept-migration P"),
    "--acknowledgement <text> is missing",
  );
  assertEquals(message("status extra"), '"extra" is one argument too many');
});

Deno.test("empty texts are refused, because they come from variables that are not set", () => {
  const end = "is empty; if it came from a variable, is that one set?";
  assertEquals(complaint("svc", "", "authority", "show")[0], `<deployment> ${end}`);
  assertEquals(complaint("svc", "")[0], `<deployment> ${end}`);
  assertEquals(complaint("kv", "get", "o", "a", "")[0], `<key> ${end}`);
  assertEquals(complaint("status", "--nats=")[0], `--nats ${end}`);
  assertEquals(
    complaint("svc", "o", "authority", "reject", "P", "--reason", "")[0],
    `--reason ${end}`,
  );
});

Deno.test("values out of bounds are refused with the bounds", () => {
  assertEquals(
    message("kv ls o a --limit 1001"),
    '--limit must be a whole number from 0 to 1000, not "1001"',
  );
  for (const given of ["-1", "x", "1.5", "0x10", "1e3", "9007199254740993", ""]) {
    assertEquals(
      complaint("kv", "ls", "o", "a", `--offset=${given}`)[0],
      `--offset must be a whole number from 0, not "${given}"`,
    );
  }
  assertEquals(
    message("svc o authority plan list --state open"),
    '--state must be one of pending, accepted, rejected, superseded, all, not "open"',
  );
});

Deno.test("a time without a unit is refused", () => {
  for (const given of ["30", "s", "1.5s", "-1s", "1d", "", "9999999s"]) {
    assertEquals(
      complaint("start", `--wait=${given}`)[0],
      `--wait must be a time as 500ms, 30s, 2m or 1h, not "${given}"`,
    );
  }
});

Deno.test("text that is not JSON is refused with how a shell needs it", () => {
  const said = complaint("kv", "put", "o", "a", "k", "{a:1}")[0];
  assertEquals(
    said.startsWith('<json|-|@file> is not JSON: "{a:1}"; put it in single quotes'),
    true,
  );
  assertEquals(complaint("call", "A.B", "@")[0], "[json|-|@file] names no file behind the @");
});

Deno.test("JSON that would be changed by reading it is refused", () => {
  const rounded = complaint("kv", "put", "o", "a", "k", '{"n":9007199254740993}')[0];
  assertStringIncludes(rounded, "9007199254740993 would be changed");
  const doubled = complaint("call", "A.B", '{"n":1,"n":2}')[0];
  assertStringIncludes(doubled, '"n"');
  assertStringIncludes(doubled, "<json|-|@file>".slice(1, -1));
});

Deno.test("an option without its value is reported, also when it took a command for the value", () => {
  assertEquals(message("status --nats"), "--nats needs a value: --nats <url>");
  assertEquals(message("status --nats --json"), "--nats needs a value: --nats <url>");
  assertEquals(message("status --json=yes"), '--json takes no value, and got "yes"');
  assertEquals(complaint("--nats", "status"), [
    "there is no command",
    '"status" was taken as the value of --nats.',
  ]);
});

Deno.test("an option with two values is refused rather than guessed", () => {
  assertEquals(message("kv ls o a --limit 5 --limit 6"), "--limit is given 2 times; give it once");
});

Deno.test("what is quoted is cut short and cannot move the cursor", () => {
  assertEquals(complaint("\u001b[2J")[0], 'there is no command "\\u001b[2J" here');
  assertEquals(complaint("x".repeat(10_000))[0].length < 100, true);
});

Deno.test("the usage of the command in question is at hand", () => {
  const parsed = parseCommandLine(["svc", "o", "authority", "reject"], COMMANDS);
  assertEquals(
    parsed.kind === "usage_error" && parsed.usage,
    "Usage: trellis svc <deployment> authority reject <plan-id> --reason <text> [options]\n" +
      "More:  deno task trellis svc authority reject --help",
  );
});
