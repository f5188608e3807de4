import { join } from "node:path";
import { needRoot, NotPossibleHere, runTool } from "./run_tool.ts";

/** A link of a server that is slow: what it says waits for up to half a second, and is dropped where more would wait. */
const SLOW = ["tbf", "rate", "4mbit", "burst", "16kb", "latency", "500ms"] as const;
/** An address of Ethernet that nobody has: what is sent there arrives nowhere, and nobody is told. */
const NOBODY = "02:00:00:00:00:00";
/** The end of this machine's cable. */
const OWN_CABLE = `trellis${Deno.pid}`;

/**
 * A network for servers: each has a namespace, and so a machine, of its own, and a cable to a switch. This machine
 * has a cable to it, too.
 */
export class Namespaces implements AsyncDisposable {
  /** The addresses of the servers. */
  readonly hosts: readonly string[];
  readonly #prefix: string;
  readonly #dir: string;

  private constructor(prefix: string, hosts: readonly string[], dir: string) {
    this.#prefix = prefix;
    this.hosts = hosts;
    this.#dir = dir;
  }

  /** Makes it for so many servers. */
  static async open(servers: number): Promise<Namespaces> {
    await needRoot("a network of namespaces", "ip", "tc");
    const subnet = await freeSubnet();
    const hosts = Array.from({ length: servers }, (_, server) => `${subnet}.${server + 1}`);
    const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
    await using made = new AsyncDisposableStack();
    const network = made.use(new Namespaces(`trellis-${Deno.pid}`, hosts, dir));
    await network.#make(`${subnet}.254`);
    made.move();
    return network;
  }

  /** A program that runs another one as if on the machine of a server. */
  async programAt(server: number, binary: string): Promise<string> {
    const path = join(this.#dir, `at-${server}`);
    const line = `exec ip netns exec ${this.#machine(server)} '${binary}' "$@"`;
    await Deno.writeTextFile(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    return path;
  }

  /** Pulls the cable of a server: nothing arrives at it or from it, and nobody is told. */
  async unplug(server: number): Promise<void> {
    await this.#inSwitch(`link set ${portOf(server)} nomaster`);
  }

  /** Puts it back. */
  async plugIn(server: number): Promise<void> {
    await this.#inSwitch(`link set ${portOf(server)} master switch`);
  }

  /** What a server says arrives at no other one; it hears them, and clients reach it. */
  async mute(server: number): Promise<void> {
    for (const other of this.#others(server)) await this.#lose(server, other);
  }

  /** What the others say does not arrive at a server; they hear it, and clients reach it. */
  async deafen(server: number): Promise<void> {
    for (const other of this.#others(server)) await this.#lose(other, server);
  }

  /** Lets a server and the others hear each other again. */
  async hear(server: number): Promise<void> {
    for (const other of this.#others(server)) {
      for (const [from, to] of [[server, other], [other, server]] as const) {
        // Who has lost nobody has no such entry, but one that was learnt: that is learnt again.
        await this.#inMachine(from, `neigh del ${this.hosts[to]} dev eth0`).catch(() => {});
      }
    }
  }

  /** Makes the link of a server slow, in both directions. */
  async slow(server: number): Promise<void> {
    for (const [machine, end] of this.#endsOf(server)) {
      await runTool("tc", "-n", machine, "qdisc", "replace", "dev", end, "root", ...SLOW);
    }
  }

  /** Makes it as fast as before. */
  async quicken(server: number): Promise<void> {
    for (const [machine, end] of this.#endsOf(server)) {
      await runTool("tc", "-n", machine, "qdisc", "del", "dev", end, "root");
    }
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const there = (await runTool("ip", "netns", "list")).split("\n")
      .map((line) => line.split(" ")[0]);
    const machines = [...this.hosts.keys()].map((server) => this.#machine(server));
    // A cable goes with either end.
    for (const name of [...machines, this.#switch]) {
      if (there.includes(name)) await runTool("ip", "netns", "del", name);
    }
    await Deno.remove(this.#dir, { recursive: true });
  }

  async #make(own: string): Promise<void> {
    // The switch has a namespace, too: no firewall of this machine is asked about what goes over it.
    await runTool("ip", "netns", "add", this.#switch);
    await this.#inSwitch("link add switch type bridge");
    await this.#inSwitch("link set switch up");
    await this.#inSwitch(`link add own type veth peer name ${OWN_CABLE} netns ${Deno.pid}`);
    await this.#inSwitch("link set own master switch up");
    await runTool("ip", "addr", "add", `${own}/24`, "dev", OWN_CABLE);
    await runTool("ip", "link", "set", OWN_CABLE, "up");
    for (const [server, host] of this.hosts.entries()) {
      const machine = this.#machine(server);
      await runTool("ip", "netns", "add", machine);
      const port = portOf(server);
      await this.#inSwitch(`link add ${port} type veth peer name eth0 netns ${machine}`);
      await this.#inSwitch(`link set ${port} master switch up`);
      await this.#inMachine(server, `addr add ${host}/24 dev eth0`);
      await this.#inMachine(server, "link set eth0 up");
      await this.#inMachine(server, "link set lo up");
    }
  }

  get #switch(): string {
    return `${this.#prefix}-switch`;
  }

  #machine(server: number): string {
    return `${this.#prefix}-${server}`;
  }

  /** The others of a server. */
  #others(server: number): readonly number[] {
    return [...this.hosts.keys()].filter((other) => other !== server);
  }

  /** What one says to another one is lost from now on. */
  async #lose(from: number, to: number): Promise<void> {
    await this.#inMachine(from, `neigh replace ${this.hosts[to]} lladdr ${NOBODY} dev eth0`);
  }

  /** Both ends of the cable of a server: in which namespace, and its name there. */
  #endsOf(server: number): readonly (readonly [string, string])[] {
    return [[this.#machine(server), "eth0"], [this.#switch, portOf(server)]];
  }

  async #inMachine(server: number, line: string): Promise<void> {
    await runTool("ip", "-n", this.#machine(server), ...line.split(" "));
  }

  async #inSwitch(line: string): Promise<void> {
    await runTool("ip", "-n", this.#switch, ...line.split(" "));
  }
}

/** The end of the cable of a server that is in the switch. */
function portOf(server: number): string {
  return `port${server}`;
}

/** The first three numbers of addresses that nobody here has, of those that are kept for tests of networks. */
async function freeSubnet(): Promise<string> {
  const taken = await runTool("ip", "-4", "-o", "addr");
  const first = Deno.pid % 256;
  const all = Array.from({ length: 256 }, (_, n) => `198.18.${(first + n) % 256}`);
  const free = all.find((subnet) => !taken.includes(` ${subnet}.`));
  if (free === undefined) throw new NotPossibleHere("all networks of 198.18.0.0/16 are taken");
  return free;
}
