import { assert, assertEquals } from "@std/assert";
import { argument, defineCommand } from "../command_line/command_spec.ts";
import { commandTable } from "../command_line/command_table.ts";
import { text } from "../command_line/value_type.ts";
import { EXIT_CODE } from "../program/exit_code.ts";
import { answerCompletion } from "./answer_completion.ts";
import { completionScript } from "./completion_script.ts";
import { COMPLETE_WORD } from "./shells.ts";

/** Values that a shell would take apart or run, each with its beginning, which no other has. */
const PICKS: readonly (readonly [typed: string, value: string])[] = [
  ["on", "only me.txt"],
  ["semi", "semi;touch PWNED"],
  ["sub", "sub$(touch PWNED)"],
  ["tick", "tick`touch PWNED`"],
  ["quo", 'quo"te;touch PWNED'],
  ["apo", "apo's;touch PWNED"],
  ["dollar", "dollar$HOME"],
  ["glob", "glob*"],
  ["bang", "bang!x !!"],
  ["brace", "brace{a,b}"],
  ["back", "back\\slash\\"],
  ["ünï", "ünï ß 日"],
  ["hash", "hash #no comment"],
  ["amp", "amp&touch PWNED&"],
  ["red", "red>PWNED"],
  ["col:o", "col:one"],
  ["eq=o", "eq=one two"],
  ["tw\\ w", "tw words"],
  ["'single", "single quoted 'text' $HOME"],
  ['"double', 'double "quoted" $HOME `touch PWNED` \\n'],
];

/** Values that cannot be put on a line: what was typed stays. */
const LEFT_OUT: readonly (readonly [typed: string, value: string])[] = [
  ["line", "line\ntouch PWNED"],
  ["esc", "esc\u001b[2J"],
  ["bidi", "bidi\u202etxt"],
];

/** How each shell is started as a person starts it, without the settings of this machine. */
const SHELLS = {
  bash: { command: "bash --noprofile --rcfile script -i", script: "script" },
  zsh: { command: "zsh -d -i", script: ".zshrc" },
  fish: { command: "fish --no-config -C 'source script'", script: "script" },
} as const;

const VALUES = [...PICKS, ...LEFT_OUT].map(([, value]) => value);

const TABLE = commandTable([{
  title: "All",
  prefix: "",
  commands: [
    defineCommand({
      path: ["pick", argument("value", text("value", () => Promise.resolve(VALUES)), "A value")],
      summary: "Pick a value",
      example: "trellis pick a",
      run: () => Promise.resolve(EXIT_CODE.ok),
    }),
  ],
}]);

/**
 * Stands for the program in the shell: completion is asked of this process, which starts nothing, and
 * every other call is written down with the words that it was given.
 */
const PROGRAM = `#!/bin/sh
if [ "$1" = ${COMPLETE_WORD} ]; then
  shift
  for word; do printf '%s\\0' "$word"; done >asked
  cat answer
else
  { for word; do printf '%s\\0' "$word"; done; printf '\\n\\0'; } >>picked
fi
`;

/** Answers until it is asked nothing. */
async function answerWhatIsAsked(directory: string): Promise<void> {
  for (;;) {
    const asked = (await Deno.readTextFile(`${directory}/asked`)).split("\0").slice(0, -1);
    if (asked.length === 0) return;
    const answer = await answerCompletion(asked, TABLE, { localPort: 0 });
    await Deno.writeTextFile(`${directory}/answer`, answer.orThrow());
  }
}

for (const [name, { command, script }] of Object.entries(SHELLS)) {
  // The keys are those of SHELLS.
  const shell = name as keyof typeof SHELLS;
  Deno.test({
    name: `what ${shell} completes is one word, whatever is in it, and nothing of it runs`,
    ignore: !await provide(shell) || !await provide("script"),
    fn: async () => {
      const directory = await Deno.makeTempDir();
      try {
        await new Deno.Command("mkfifo", { args: ["asked", "answer"], cwd: directory }).output();
        await Deno.writeTextFile(`${directory}/${script}`, completionScript(shell));
        await Deno.writeTextFile(`${directory}/trellis`, PROGRAM, { mode: 0o755 });
        const answering = answerWhatIsAsked(directory);
        const lines = [...PICKS, ...LEFT_OUT].map(([typed]) => `trellis pick ${typed}\t\n`);
        const screen = await inTerminal(command, `${lines.join("")}exit\n`, directory);
        await Deno.writeTextFile(`${directory}/asked`, "");
        await answering;
        const picked = await Deno.readTextFile(`${directory}/picked`).catch(() => "");
        const expected = [
          ...PICKS.map(([, value]) => value),
          ...LEFT_OUT.map(([typed]) => typed),
        ];
        assertEquals(picked, expected.map((value) => `pick\0${value}\0\n\0`).join(""), screen);
        const files = Array.from(Deno.readDirSync(directory), (entry) => entry.name);
        assert(!files.includes("PWNED"), screen);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

/** Types into a shell that believes a person sits before it; answers what the person would see. */
async function inTerminal(command: string, typed: string, cwd: string): Promise<string> {
  const child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    cwd,
    env: {
      PATH: `${cwd}:${Deno.env.get("PATH")}`,
      HOME: cwd,
      ZDOTDIR: cwd,
      XDG_CONFIG_HOME: cwd,
      XDG_DATA_HOME: cwd,
      LC_ALL: "C.UTF-8",
      TERM: "dumb",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(typed));
  // Open until the shell ends: fish waits for more than the end of its input.
  const { stdout } = await child.output();
  await writer.close().catch(() => {});
  return new TextDecoder().decode(stdout);
}

/** Whether a program is there, by now: it is installed from Debian where the test may do that. */
async function provide(program: string): Promise<boolean> {
  if (await isThere(program)) return true;
  if (Deno.uid() === 0 && await isThere("apt-get")) {
    const install = ["install", "--yes", "--no-install-recommends", program];
    for (const args of [install, ["update"], install]) {
      await new Deno.Command("apt-get", { args, stdout: "null", stderr: "null" }).output();
      if (await isThere(program)) return true;
    }
  }
  console.error(`\nNOT TESTED: completion with ${program}, which is not installed\n`);
  return false;
}

async function isThere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command("which", { args: [program], stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}
