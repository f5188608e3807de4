/**
 * Gets the oldest NATS server that is supported. npm has none of that age; Debian has. It is unpacked
 * into the cache of whoever runs the tests, so that it is downloaded once for all copies of the
 * project, and nothing is installed.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { join } from "node:path";

const CACHE = join(cacheHome(), "trellis-tests");
const DIR = join(CACHE, "nats-2.10");
const BINARY = join(DIR, "usr/sbin/nats-server");
/** Tests run in several processes, and one of them downloads. */
const LOCK = join(CACHE, "nats-2.10.lock");
/** The release of Debian that has NATS 2.10. */
const SUITE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A nats-server 2.10; undefined, and said so, where none can be had. */
export async function oldestServer(): Promise<string | undefined> {
  try {
    if (!await isThere()) await downloadOnce();
    const version = await output(BINARY, ["--version"]);
    if (!version.includes(" v2.10.")) throw new Error(`it is ${version.trim()}`);
    return BINARY;
  } catch (cause) {
    console.warn(`\nNOT TESTED on NATS 2.10: no server of that age could be had: ${cause}\n`);
    return undefined;
  }
}

function cacheHome(): string {
  const home = Deno.env.get("HOME");
  return Deno.env.get("XDG_CACHE_HOME") ?? (home === undefined ? tmpdir() : join(home, ".cache"));
}

async function isThere(): Promise<boolean> {
  return await Deno.stat(BINARY).then(({ isFile }) => isFile, () => false);
}

async function downloadOnce(): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  using file = await Deno.open(LOCK, { create: true, write: true });
  await file.lock(true);
  if (!await isThere()) await download();
}

async function download(): Promise<void> {
  // Beside it, so that it is there with all that it holds or not at all.
  const work = await Deno.makeTempDir({ prefix: "trellis-apt-", dir: CACHE });
  try {
    for (const dir of ["lists/partial", "cache/archives/partial", "sources"]) {
      await Deno.mkdir(`${work}/${dir}`, { recursive: true });
    }
    await Deno.writeTextFile(
      `${work}/sources/debian.sources`,
      `Types: deb\nURIs: http://deb.debian.org/debian\nSuites: ${SUITE}\nComponents: main\n` +
        `Signed-By: ${KEYRING}\n`,
    );
    const apt = [
      ...[
        "-qq",
        "-o",
        "Dir::Etc::SourceList=/dev/null",
        "-o",
        `Dir::Etc::SourceParts=${work}/sources`,
      ],
      ...["-o", `Dir::State::Lists=${work}/lists`, "-o", `Dir::Cache=${work}/cache`],
      ...["-o", "APT::Sandbox::User=root", "-o", "Acquire::http::Timeout=10"],
    ];
    await output("apt-get", [...apt, "update"]);
    await output("apt-get", [...apt, "download", "nats-server"], work);
    const names = await Array.fromAsync(Deno.readDir(work), ({ name }) => name);
    const [archive] = names.filter((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error(`${SUITE} has no nats-server for this machine`);
    await output("dpkg", ["-x", `${work}/${archive}`, `${work}/unpacked`]);
    await Deno.mkdir(DIR, { recursive: true });
    await Deno.remove(DIR, { recursive: true });
    await Deno.rename(`${work}/unpacked`, DIR);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function output(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${command} failed: ${decoder.decode(stderr).trim().slice(-300)}`);
}
