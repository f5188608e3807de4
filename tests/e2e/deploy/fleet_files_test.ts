import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../cli/commands/commands.ts";
import { parseCommandLine } from "../../../cli/command_line/parse_command_line.ts";
import { CertificateAuthority } from "../../../links/transport-deno/testing/certificates.ts";
import { binary, temporaryDir } from "../../support/server_process.ts";
import { trellis } from "../support/trellis_command.ts";

const FLEET = new URL("../../../examples/fleet/", import.meta.url);
const CLI = "jsr:@qlever-llc/trellis/cli";

const read = (file: string) => Deno.readTextFile(new URL(file, FLEET));

/** The words behind Trellis' own name, if it is Trellis that runs. */
function trellisWords(words: readonly string[]): readonly string[] {
  const at = words.indexOf(CLI);
  return at < 0 ? [] : words.slice(at + 1);
}

/** What is wrong with a command line, as the command line itself says it. */
function complaint(words: readonly string[]): string | undefined {
  const parsed = parseCommandLine([...words], COMMANDS, {
    NATS_URL: undefined,
  });
  return parsed.kind === "command"
    ? undefined
    : parsed.kind === "usage_error"
    ? parsed.message
    : parsed.kind;
}

Deno.test("the units of systemd run commands that there are, and leave the ends of processes to Trellis", async () => {
  const folder = new URL("systemd/", FLEET);
  const units = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const lines: string[] = [];
  for (const unit of units.filter((name) => name.endsWith(".service"))) {
    const text = await Deno.readTextFile(new URL(unit, folder));
    const starts = [...text.matchAll(/^ExecStart=(.*)$/gm)].map(([, line = ""]) => line);
    assertEquals(starts.length, 1, unit);
    const words = trellisWords((starts[0] ?? "").split(" "));
    if (words.length === 0) continue;
    assertEquals(complaint(words), undefined, unit);
    lines.push(words.slice(0, 2).join(" "));
    // Else its workers are ended beside it, with what they have in work.
    if (!text.includes("Type=oneshot")) assert(text.includes("KillMode=mixed"), unit);
    // Deno writes no lock file beside the project, and its cache where systemd lets it.
    assert(starts[0]?.includes(" run --frozen "), unit);
    const [, cache] = /^CacheDirectory=(.*)$/m.exec(text) ?? [];
    assert(text.includes(`Environment=DENO_DIR=%C/${cache}\n`), unit);
  }
  assertEquals(lines.sort(), [
    "backup /var/backups/trellis/new",
    "control --nats",
    "start --services-only",
  ]);
  for (const timer of units.filter((name) => name.endsWith(".timer"))) {
    assert(units.includes(timer.replace(".timer", ".service")), timer);
  }
});

Deno.test("the Compose file runs commands that there are, with files that there are", async () => {
  const [text, dockerfile] = await Promise.all([read("compose.yaml"), read("Dockerfile")]);
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]";
  const prefix: string[] = JSON.parse(entry);
  assertEquals(prefix.at(-1), CLI);
  // Where the keys of the deployment and of its servers stand.
  assertEquals((await read(".dockerignore")).split("\n").slice(1, 4), [
    ".trellis",
    "seeds",
    "nats",
  ]);
  const commands = [...text.matchAll(/^ +command: (.*)$/gm)]
    .map(([, line = ""]) => line.split(" "));
  const servers = commands.filter(([first]) => first === "-c").map(([, file]) => file);
  assertEquals(servers, ["/etc/nats/n1.conf", "/etc/nats/n2.conf", "/etc/nats/n3.conf"]);
  const ours = commands.filter(([first]) => first !== "-c");
  assertEquals(ours.map(([first]) => first), ["control", "start"]);
  for (const words of ours) assertEquals(complaint(words), undefined, words.join(" "));
  for (const file of ["n1.conf", "n2.conf", "n3.conf"]) await read(`nats/${file}`);
  await read("Caddyfile");
  // Every volume that is mounted by a name is declared.
  const declared = new Set(
    [...text.split("\nvolumes:")[1]?.matchAll(/^ {2}(\S+):$/gm) ?? []].map(([, name]) => name),
  );
  const named = [...text.matchAll(/^ +- ([a-z][a-z0-9-]*):\//gm)].map(([, name]) => name);
  assertEquals(named.length, 7);
  assertEquals(named.filter((name) => !declared.has(name)), []);
});

Deno.test("nats-server takes the configuration of each of the three and of a leaf node, with what infra config prints", async () => {
  await using dir = await temporaryDir();
  const at = (name: string) => join(dir.path, name);
  const authority = new CertificateAuthority("fleet");
  const { cert, key } = authority.issue("server");
  for (
    const [name, text] of [["ca.crt", authority.cert], ["server.crt", cert], [
      "server.key",
      key,
    ]] as const
  ) {
    await Deno.writeTextFile(at(name), text);
  }
  const printed = await trellis([
    ...["infra", "config", "--keys", at("keys"), "--tls-cert", at("server.crt")],
    ...["--tls-key", at("server.key"), "--store", at("data"), "--log", at("nats.log")],
  ]);
  assertEquals(printed.code, 0, printed.stderr);
  await Deno.writeTextFile(at("trellis.conf"), printed.stdout);
  const ours = async (name: string) =>
    (await read(`nats/${name}.conf`)).replaceAll("/etc/nats/tls/", `${dir.path}/`);
  await Deno.writeTextFile(at("hub.conf"), await ours("hub"));
  for (const name of ["n1", "n2", "n3", "leaf"]) {
    const text = await ours(name);
    assert(text.includes(`server_name: ${name}\n`));
    // A server of the fleet, also as one that leaf nodes connect to.
    await Deno.writeTextFile(
      at(`${name}.conf`),
      name === "n2" ? `${text}\ninclude "hub.conf"\n` : text,
    );
    const { success, stderr } = await new Deno.Command(binary, {
      args: ["-t", "-c", at(`${name}.conf`)],
      env: { LEAF_PASSWORD: "secret" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  }
});

Deno.test("the page about production names commands that there are", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/production.md", FLEET));
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  const lines = blocks.join("").replaceAll("\\\n", " ").split("\n")
    .filter((line) => line.startsWith("trellis "));
  assert(lines.length >= 7);
  for (const line of lines) {
    const words = line.replace(/ [>#].*$/, "").split(/\s+/).slice(1);
    assertEquals(complaint(words), undefined, line);
  }
});
