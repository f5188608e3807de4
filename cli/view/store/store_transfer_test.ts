import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { displayWidth } from "../../terminal/display_width.ts";
import { recordingTerminal } from "../../terminal/recording_terminal.ts";
import { transferProgress, transferText } from "./store_transfer.ts";

const MIB = 1024 * 1024;

Deno.test("a transfer of known size has a bar, a share, a rate and an estimate", () => {
  const half = { label: "a.pdf", total: 64 * MIB, done: 32 * MIB, elapsedMs: 2000 };
  assertEquals(
    transferText(half, 77),
    "a.pdf  ██████████░░░░░░░░░░   50 % of 64 MiB  16 MiB/s  2 s left",
  );
  assertStringIncludes(transferText({ ...half, done: 64 * MIB }, 77), "100 % of 64 MiB  32 MiB/s");
  // A file that grows while it is read.
  assertStringIncludes(transferText({ ...half, done: 70 * MIB }, 77), "100 % of 64 MiB");
});

Deno.test("what was there before counts for the share, and not for the rate", () => {
  const resumed = { label: "a", total: 64 * MIB, done: 48 * MIB, skipped: 32 * MIB };
  const text = transferText({ ...resumed, elapsedMs: 2000 }, 77);
  assertStringIncludes(text, "75 % of 64 MiB  8 MiB/s  2 s left");
});

Deno.test("a transfer of unknown size has bytes and a rate", () => {
  const text = transferText({ label: "a", total: undefined, done: 3 * MIB, elapsedMs: 1500 }, 77);
  assertEquals(text, "a  3 MiB  2 MiB/s");
});

Deno.test("a narrow terminal drops the least important figures, and keys are shown safely", () => {
  const label = "incoming/\u001b[2J日本語/a-name-that-is-longer-than-any-terminal-is-wide.pdf";
  for (let room = 20; room <= 120; room++) {
    const text = transferText({ label, total: 900 * MIB, done: 450 * MIB, elapsedMs: 3000 }, room);
    assert(displayWidth(text) <= room, `${room}: ${text}`);
    assertStringIncludes(text, "50 %");
    assert(!text.includes("\u001b"), text);
  }
});

Deno.test("nothing is shown for a second, then a line that is removed at the end", () => {
  const { terminal, err, pass, running } = recordingTerminal({ isTerminal: true, columns: 80 });
  {
    using progress = transferProgress(terminal, { label: "a", total: 100, quiet: false });
    pass(900);
    assertEquals(err(), "");
    progress.add(25);
    pass(300);
    assertStringIncludes(err(), "25 % of 100 B");
  }
  assertEquals([err().endsWith("\r\u001b[K"), running()], [true, 0]);
});

Deno.test("nothing is shown where stderr is no terminal, and nothing with --quiet", () => {
  for (const [isTerminal, quiet] of [[false, false], [true, true]] as const) {
    const { terminal, err, pass } = recordingTerminal({ isTerminal });
    using progress = transferProgress(terminal, { label: "a", total: 100, quiet });
    progress.add(50);
    pass(5000);
    assertEquals(err(), "");
  }
});
