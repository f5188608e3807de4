import { assertEquals } from "@std/assert";
import { output } from "./output.ts";
import { recordingTerminal } from "../terminal/recording_terminal.ts";

Deno.test("results go to stdout, talk and problems to stderr", () => {
  const { terminal, out, err } = recordingTerminal();
  const { data, talk, warn, problem } = output(terminal, { json: false, quiet: false });
  data({ id: 1 }, () => "id 1");
  talk("looking");
  warn("old server");
  problem({ message: "no such key\n  ord_1\u001b", hint: "List them." });
  assertEquals(out(), "id 1\n");
  assertEquals(
    err(),
    "looking\nwarning: old server\nerror: no such key\n  ord_1\\u001b\n  List them.\n",
  );
});

Deno.test("with JSON every result and every problem is one line that can be parsed", () => {
  const { terminal, out, err } = recordingTerminal();
  const { data, problem } = output(terminal, { json: true, quiet: false });
  data({ key: "a\nb" }, () => {
    throw new Error("the text is not made");
  });
  data([1, null], "");
  problem({ message: "gone", code: "not_found" });
  assertEquals(out(), '{"key":"a\\nb"}\n[1,null]\n');
  assertEquals(err(), '{"error":{"code":"not_found","message":"gone"}}\n');
});

Deno.test("quiet leaves results, warnings and problems", () => {
  const { terminal, out, err } = recordingTerminal();
  const { data, talk, warn } = output(terminal, { json: false, quiet: true });
  data(1, "one");
  talk("looking");
  warn("careful");
  assertEquals(out(), "one\n");
  assertEquals(err(), "warning: careful\n");
});
