import { assertEquals } from "@std/assert";
import { progress } from "./progress.ts";
import { recordingTerminal } from "./recording_terminal.ts";

const ERASE = "\r\u001b[K";

Deno.test("on a terminal the line is rewritten in place and ends as one line", () => {
  const { terminal, err, pass, running } = recordingTerminal({ isTerminal: true });
  const work = progress(terminal, "Downloading");
  pass(1_000);
  work.update("Unpacking");
  pass(200);
  assertEquals(err().includes(`${ERASE}⠋ Downloading`), true);
  assertEquals(err().includes("Unpacking  1 s"), true);
  work.done();
  assertEquals(err().endsWith(`${ERASE}Unpacking: done (1.2 s)\n`), true);
  assertEquals(running(), 0);
});

Deno.test("short work leaves no line on a terminal", () => {
  const { terminal, err, pass } = recordingTerminal({ isTerminal: true });
  const work = progress(terminal, "Quick");
  pass(300);
  work.done();
  assertEquals(err(), "");
});

Deno.test("elsewhere there is one line at the start and one at the end", () => {
  const { terminal, out, err, pass } = recordingTerminal();
  const work = progress(terminal, "Downloading");
  work.update("Unpacking");
  pass(3_200);
  work.fail();
  assertEquals(err(), "Downloading …\nUnpacking: failed (3.2 s)\n");
  assertEquals(out(), "");
});

Deno.test("disposal removes the line without a message, and an end is reported once", () => {
  const { terminal, err, pass, running } = recordingTerminal({ isTerminal: true });
  {
    using _work = progress(terminal, "Waiting");
    pass(600);
  }
  assertEquals(err().endsWith(ERASE), true);
  assertEquals(running(), 0);
  {
    using work = progress(terminal, "Again");
    work.done("Ready");
  }
  assertEquals(err().endsWith(`${ERASE}Ready (0 ms)\n`), true);
});

Deno.test("quiet progress is silent everywhere", () => {
  for (const isTerminal of [true, false]) {
    const { terminal, err, pass } = recordingTerminal({ isTerminal });
    const work = progress(terminal, "Downloading", true);
    pass(2_000);
    work.done("Ready");
    assertEquals(err(), "");
  }
});

Deno.test("other lines do not mix with the rewritten one", () => {
  const { terminal, out, err, pass } = recordingTerminal({ isTerminal: true });
  const work = progress(terminal, "Working");
  pass(400);
  const before = err();
  terminal.err.line("note");
  assertEquals(err().slice(before.length), `${ERASE}note\n⠋ Working`);
  terminal.out.exact("half ");
  const unfinished = err();
  pass(300);
  assertEquals(err(), unfinished);
  terminal.out.exact("line\n");
  assertEquals(out(), "half line\n");
  assertEquals(err().length > unfinished.length, true);
  work.done();
});

Deno.test("the rewritten line never wraps, and control characters in it do nothing", () => {
  const { terminal, err, pass } = recordingTerminal({ isTerminal: true, columns: 20 });
  const work = progress(terminal, "Working on\u001b[2J something very long");
  pass(400);
  assertEquals(err(), `${ERASE}⠋ Working on\\u001b…`);
  work.done();
});

Deno.test("a dumb terminal gets plain lines", () => {
  const env = { TERM: "dumb" };
  const { terminal, err } = recordingTerminal({ isTerminal: true, env });
  progress(terminal, "Working").done();
  assertEquals(err(), "Working …\nWorking: done (0 ms)\n");
});
