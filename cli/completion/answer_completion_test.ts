import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../commands/commands.ts";
import { answerCompletion } from "./answer_completion.ts";
import { completionScript } from "./completion_script.ts";
import { SHELLS } from "./shells.ts";

async function answer(...asked: readonly string[]): Promise<string> {
  return (await answerCompletion(asked, COMMANDS, { localPort: 0 })).orThrow();
}

Deno.test("every shell gets a script that asks trellis", () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell);
    assert(script.includes(`trellis __complete ${shell} `), script);
  }
});

Deno.test("every shell gets candidates, with what they are where it can show that", async () => {
  for (const shell of SHELLS) {
    const [kind, ...lines] = (await answer(shell, "trellis statu")).split("\n");
    const about = shell === "bash" ? "" : "\tShow what runs and what waits for a decision";
    assertEquals([kind, ...lines], ["texts", `status${about}`, ""]);
  }
});

Deno.test("paths are left to the shell", async () => {
  assertEquals(await answer("zsh", "trellis contract digest con"), "file\n");
  assertEquals(await answer("fish", "trellis --project "), "directory\n");
  assertEquals(await answer("bash", "trellis contract check a "), "any\n");
});

Deno.test("bash is given the part of a word behind its last break", async () => {
  const line = "trellis svc orders-service authority plan list --state=pe";
  assertEquals(await answer("bash", line, " :="), "texts\npending\n");
  assertEquals(await answer("bash", line, " "), "texts\n--state=pending\n");
});

Deno.test("a shell that is not known is refused", async () => {
  const answered = await answerCompletion(["cmd", "trellis "], COMMANDS, { localPort: 0 });
  assertEquals(answered.isErr() && answered.error, 'there is no completion for "cmd"');
});
