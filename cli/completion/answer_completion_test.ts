import { assert, assertEquals } from "@std/assert";
import { answerCompletion } from "./answer_completion.ts";
import { SHELLS } from "../program/command.ts";

const nothing = () => Promise.resolve([]);

Deno.test("every shell gets a script that asks trellis", async () => {
  for (const shell of SHELLS) {
    const script = await answerCompletion({ kind: "completion", shell, words: undefined }, nothing);
    assert(script.includes("trellis"), shell);
    assert(script.includes("__complete"), shell);
  }
});

Deno.test("every shell gets candidates with what they are", async () => {
  for (const shell of SHELLS) {
    const answer = await answerCompletion({ kind: "completion", shell, words: ["stat"] }, nothing);
    assert(answer.includes("status"), shell);
  }
});

Deno.test("bash completes with the script", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const script = await answerCompletion(
      { kind: "completion", shell: "bash", words: undefined },
      nothing,
    );
    const words = ["svc", "orders-service", "authority", "plan", "list", "--state=pe"];
    const answer = await answerCompletion({ kind: "completion", shell: "bash", words }, nothing);
    await Deno.writeTextFile(`${directory}/script`, script);
    await Deno.writeTextFile(`${directory}/answer`, answer);
    await bash(directory, "bash -n script");
    // Stands in for the program: keeps what it was asked, and gives the answer to it.
    const asked = await bash(
      directory,
      `trellis() { printf '%s\\n' "$@" >asked; cat answer; }
       source ./script
       COMP_WORDS=(trellis ${words.join(" ")}); COMP_CWORD=${words.length}
       COMP_LINE="\${COMP_WORDS[*]}"; COMP_POINT=\${#COMP_LINE}
       _trellis trellis "\${COMP_WORDS[COMP_CWORD]}" list
       printf '%s\\n' "\${COMPREPLY[@]}"; cat asked`,
    );
    assertEquals(asked.trim().split("\n"), ["--state=pending", "__complete", "bash", ...words]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function bash(cwd: string, command: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", command], cwd })
    .output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
