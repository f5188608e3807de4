/**
 * Ends the process that has started this one: after a time, or when it is asked to stop once more. When that
 * process has ended, which shows by another parent, so does this one.
 */
const PROGRAM = `
const [ms, pid] = Deno.args.map(Number);
const end = () => Deno.ppid === pid ? Deno.kill(pid, "SIGKILL") : Deno.exit();
Deno.addSignalListener("SIGINT", end);
setTimeout(end, ms);
setInterval(() => Deno.ppid === pid || Deno.exit(), 100);
`;

/**
 * Sees to it that this process is gone after `ms`. It may not come to that by itself: what Deno waits for at the
 * end of a process holds up its timers and signals. Another process does it, which goes with this one.
 */
export function endWhenStuck(ms: number): void {
  try {
    new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", PROGRAM, String(ms), String(Deno.pid)],
      env: { OTEL_DENO: "false" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().unref();
  } catch {
    // Whoever may start nothing waits.
  }
}
