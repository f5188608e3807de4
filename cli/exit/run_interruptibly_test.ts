import { assertEquals, assertRejects } from "@std/assert";
import { recordingTerminal } from "../terminal/recording_terminal.ts";
import { EXIT_CODE } from "../program/exit_code.ts";
import { output } from "../program/output.ts";
import { runInterruptibly } from "./run_interruptibly.ts";

Deno.test("a command that gives up what it does when it is interrupted ends without a word", async () => {
  const { terminal, err } = recordingTerminal();
  const answers = output(terminal, { json: false, quiet: false });
  const code = await runInterruptibly(terminal, answers, async (signal) => {
    // A signal by itself keeps no process alive.
    const waiting = setInterval(() => {}, 1000);
    try {
      Deno.kill(Deno.pid, "SIGTERM");
      await new Promise((_, reject) => signal.onabort = () => reject(signal.reason));
      return EXIT_CODE.ok;
    } finally {
      clearInterval(waiting);
    }
  });
  assertEquals([code, err()], [EXIT_CODE.interrupted, ""]);
  const bug = new TypeError("a bug");
  await assertRejects(
    () => runInterruptibly(terminal, answers, () => Promise.reject(bug)),
    TypeError,
  );
});
