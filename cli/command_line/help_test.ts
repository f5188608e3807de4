import { assert, assertEquals } from "@std/assert";
import { type CommandSpec, type Option, optionName } from "./command_spec.ts";
import { COMMANDS } from "../commands/commands.ts";
import { globalOptions, standaloneOptions } from "./global_options.ts";
import { parseCommandLine } from "./parse_command_line.ts";

const { commands, optionsByName } = COMMANDS;

const FIXTURE = new URL("./testdata/help.txt", import.meta.url);

function helpText(argv: readonly string[]): string {
  const parsed = parseCommandLine([...argv, "--help"], COMMANDS);
  if (parsed.kind !== "help") throw new Error(JSON.stringify(parsed));
  return parsed.text;
}

const words = (command: CommandSpec) => command.path.filter((step) => typeof step === "string");

const pages: readonly (readonly string[])[] = [
  [],
  ["contract"],
  ["svc"],
  ["kv"],
  ...commands.map(words),
];

// After a wanted change: deno test --allow-write=cli cli/command_line/help_test.ts -- --update
Deno.test("help pages are the ones that were agreed on", async () => {
  const text = pages
    .map((page) => `$ trellis ${[...page, "--help"].join(" ")}\n${helpText(page)}\n`).join("\n");
  if (Deno.args.includes("--update")) await Deno.writeTextFile(FIXTURE, text);
  assertEquals(text, await Deno.readTextFile(FIXTURE));
});

Deno.test("help fits 80 columns and has no trailing spaces", () => {
  for (const line of pages.flatMap((page) => helpText(page).split("\n"))) {
    assert(line.length <= 80 && line.trimEnd() === line, line);
  }
});

Deno.test("every command names itself, its options, and an example in its help", () => {
  for (const command of commands) {
    const text = helpText(words(command));
    for (const key of Object.keys(command.options)) assert(text.includes(optionName(key)), key);
    assert(text.includes(`Example\n  ${command.example.split("\n")[0]}`), text);
  }
});

Deno.test("every example is understood as its command", () => {
  for (const command of commands) {
    // As a shell splits it, as far as examples need that.
    const line = command.example.replace(/^eval "\$\((.*)\)"$/, "$1").replaceAll("\\\n", "");
    const [program, ...argv] = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
      .map((word) => word.replace(/^(['"])(.*)\1$/, "$2"));
    const parsed = parseCommandLine(argv, COMMANDS);
    assertEquals(program, "trellis");
    assert(parsed.kind === "command", JSON.stringify(parsed));
    assertEquals(parsed.command, command, line);
  }
});

Deno.test("an option takes a value everywhere or nowhere", () => {
  for (
    const options of [
      globalOptions,
      standaloneOptions,
      ...commands.map((command) => command.options),
    ]
  ) {
    for (const [key, option] of Object.entries<Option>(options)) {
      const known = optionsByName.get(optionName(key));
      assertEquals(option.type === undefined, known?.type === undefined, key);
    }
  }
});

Deno.test("no command has an option of the same name as a global one", () => {
  const reserved = Object.keys({ ...globalOptions, ...standaloneOptions });
  for (const command of commands) {
    assertEquals(Object.keys(command.options).filter((key) => reserved.includes(key)), []);
  }
});
