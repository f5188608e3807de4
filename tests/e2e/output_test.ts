import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { startTrellisCommand, trellis, trellisArguments } from "./support/trellis_command.ts";

const ignore = Deno.build.os === "windows";
const CARTS = "svc_orders_service_carts";
const WATCH = ["kv", "watch", "orders-service", "carts"];

/** Runs a line of bash in which `trellis` is the command line, and `$PIPESTATUS` is printed last. */
async function shell(line: string, env: Record<string, string> = {}) {
  const quoted = [Deno.execPath(), ...trellisArguments([])].map((word) => `'${word}'`).join(" ");
  const script = `trellis() { ${quoted} "$@"; }; ${line}; echo "\${PIPESTATUS[@]}"`;
  const output = await new Deno.Command("bash", { args: ["-c", script], env, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

/** A server with the deployment `orders-service`, and its buckets as any NATS client sees them. */
async function carts() {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await TrellisServer.start());
  await provision(await server.authority(), kvContract({ carts: {} }));
  const raw = new RawBuckets((await server.connect()).connection);
  const owned = cleanup.move();
  return { raw, env: { NATS_URL: server.url }, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

Deno.test({
  name: "a full disk is an error with its reason, and no stack trace",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { stdout, stderr } = await shell("trellis explain > /dev/full");
    assertEquals(stdout, "1\n");
    assertMatch(stderr, /^error: standard output cannot be written: No space left .*\n$/);
    assertEquals((await shell("trellis explain 2> /dev/full | tail -1")).stdout.slice(-4), "0 0\n");
  },
});

Deno.test({
  name: "a reader that has enough ends the command without an error",
  ignore,
  async fn() {
    const { stdout, stderr } = await shell("trellis explain | head -1");
    assertEquals([stdout, stderr], ["the contract as a whole\n0 0\n", ""]);
  },
});

Deno.test({
  name: "kv watch ends with its reader, also when nothing changes any more",
  ignore,
  async fn() {
    await using place = await carts();
    await place.raw.put(CARTS, "a", '{"name":"first"}');
    const { stdout, stderr } = await shell(`trellis ${WATCH.join(" ")} | head -1`, place.env);
    assertStringIncludes(stdout, '"key":"a"');
    assertEquals([stdout.split("\n")[1], stderr], ["0 0", ""]);
  },
});

Deno.test("kv watch ends with a message when its bucket is deleted", async () => {
  await using place = await carts();
  await using watching = startTrellisCommand(WATCH, { env: place.env });
  await place.raw.put(CARTS, "a", '{"name":"first"}');
  await watching.until('"key":"a"', "stdout");
  await place.raw.delete(CARTS);
  assertEquals(await watching.ended(), 1);
  assertMatch(watching.stderr, /^error: .*\bbucket svc_orders_service_carts\b.*\n$/);
});

Deno.test("stored control characters are shown as escapes, and JSON keeps their meaning", async () => {
  await using place = await carts();
  const value = { name: "a\u009b31mRED\u202eevil\u200b" };
  await place.raw.put(CARTS, "e", JSON.stringify(value));
  for (
    const words of [["get", "e"], ["get", "e", "--json"], ["ls"]].map(([verb = "", ...rest]) => [
      ...["kv", verb, "orders-service", "carts"],
      ...rest,
    ])
  ) {
    const { code, stdout } = await trellis(words, { env: place.env });
    assertEquals(code, 0);
    assertEquals(/[\u009b\u202e\u200b]/.test(stdout), false, stdout);
    assertStringIncludes(stdout, "a\\u009b31mRED\\u202eevil\\u200b");
    if (words.includes("--json")) assertEquals(JSON.parse(stdout).value, value);
  }
});

Deno.test({
  name: "a full pipe that another program made non-blocking gets everything once",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      const text = JSON.stringify({ lines: Array.from({ length: 20_000 }, (_, i) => `line ${i}`) });
      await Deno.writeTextFile(file, text);
      // perl has no part in what is tested: it only sets the flag, as some parents of commands do.
      const flag = "use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK)";
      const line = `{ perl -e '${flag}'; trellis contract canonical '${file}'; } | ` +
        `{ sleep 1; cat; }`;
      const { stdout, stderr } = await shell(line);
      assertEquals([stdout, stderr], [`${text}\n0 0\n`, ""]);
    } finally {
      await Deno.remove(file);
    }
  },
});
